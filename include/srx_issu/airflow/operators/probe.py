"""The one task of the DAG ``issu_probe``."""

from __future__ import annotations

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException

from srx_issu.airflow.composition.probing import probe_cluster
from srx_issu.airflow.operators.run_state import REFUSED_KEY
from srx_issu.domain.errors import OperatorFileError, RequestRefused


class ProbeOperator(BaseOperator):
    """Param: cluster. Green only where nothing stands in the way; the list is in the log and in XCom."""

    def execute(self, context: Context) -> None:
        name, ti = str(context["params"]["cluster"] or ""), context["ti"]
        try:
            is_ready, found = probe_cluster(name, context["run_id"], self.log.info)
        except (RequestRefused, OperatorFileError) as refusal:
            ti.xcom_push(key=REFUSED_KEY, value=str(refusal))
            raise AirflowFailException(str(refusal)) from refusal
        ti.xcom_push(key="probe", value=found)
        for finding in found["findings"]:  # type: ignore[attr-defined]
            self.log.warning("%s: %s", name, finding)
        if not is_ready:
            raise AirflowFailException(f"{name}: {found['verdict']}; the bundle is {found['bundle']}")
        self.log.info("%s: %s; the bundle is %s", name, found["verdict"], found["bundle"])
