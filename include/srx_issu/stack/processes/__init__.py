"""The processes of a stack of whichever layout: started, looked after, ended for sure; what is known of them.

Nothing here knows what a layout consists of. Airflow is asked over its REST API, never imported.
"""
