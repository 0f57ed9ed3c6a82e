"""Junos's own things as values: releases, ranges, transcripts, shell jobs."""
