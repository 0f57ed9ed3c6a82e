"""What Airflow asks of an installed provider: here, the connection type ``srx`` and its form."""

from __future__ import annotations

from typing import Any


def provider_info() -> dict[str, Any]:
    """Shape: airflow/provider_info.schema.json. Imports nothing heavy: Airflow calls it at every start."""
    return {
        "package-name": "srx-issu",
        "name": "SRX ISSU",
        "description": "In-service software upgrade of Juniper SRX chassis clusters",
        "connection-types": [
            {
                "connection-type": "srx",
                "hook-class-name": "srx_issu.airflow.hooks.srx.SrxHook",
                "hook-name": "Juniper SRX cluster",
                "ui-field-behaviour": {
                    "hidden-fields": ["schema", "host", "port"],
                    "relabeling": {"login": "User name"},
                    "placeholders": {"login": "srx-issu"},
                },
                "conn-fields": {
                    "known_hosts": {
                        "label": "Known hosts (text, or path of a file)",
                        "schema": {"type": ["string", "null"], "format": "multiline"},
                    },
                    "private_key": {
                        "label": "Private key",
                        "schema": {"type": ["string", "null"], "format": "password"},
                    },
                    "key_file": {
                        "label": "Private key file",
                        "schema": {"type": ["string", "null"]},
                    },
                    "private_key_passphrase": {
                        "label": "Passphrase of the private key",
                        "schema": {"type": ["string", "null"], "format": "password"},
                    },
                    "no_host_key_check": {
                        "label": "Do not verify host keys (dangerous)",
                        "schema": {"type": ["boolean", "null"], "default": False},
                    },
                },
            }
        ],
    }
