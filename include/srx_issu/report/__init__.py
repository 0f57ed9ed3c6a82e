"""One upgrade as a page for people and as JSON, from its journal and evidence alone; asks no device.

Whoever calls reads the journal and hands everything in; nothing here does I/O except loading templates.
"""

from srx_issu.report.build import Report, build_report
from srx_issu.report.documents import EvidenceItem, is_shown

__all__ = ["EvidenceItem", "Report", "build_report", "is_shown"]
