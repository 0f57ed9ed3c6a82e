"""The demonstration: a simulated cluster upgraded by the product, start to finish.

The only place that knows both the lab and the product. They meet as a real cluster and the product would:
over SSH, an inventory, an image file and an Airflow connection; the lab itself is run as a program.
"""
