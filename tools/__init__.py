"""What writes files of this repository: schemas and pages, from the code that they tell of."""
