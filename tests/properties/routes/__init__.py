<<<<<<< HEAD
"""Routes that go by a plan: the real steps against a small model of two nodes, with trouble at any moment."""
=======
"""Routes in pure models, by seeds."""
>>>>>>> ab0f99a6 (Take a cluster without ISSU along an ICU of its own DAG)
