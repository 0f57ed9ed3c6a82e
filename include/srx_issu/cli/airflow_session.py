"""A session with Airflow's REST API: one user's login, requests, and what became of them."""

from __future__ import annotations

from typing import Any

import httpx

from srx_issu.cli.airflow_replies import ApiFailed, ApiUnreachable, refusal
from srx_issu.cli.login import ApiLogin

TIMEOUT_S = 20.0


class AirflowSession:
    """Logs in when it has to; a token that has expired is renewed once."""

    def __init__(self, login: ApiLogin, transport: httpx.BaseTransport | None = None) -> None:
        self.login = login
        self._client = httpx.Client(
            base_url=login.url.rstrip("/"),
            timeout=TIMEOUT_S,
            transport=transport,
            trust_env=not login.is_loopback,
        )

    def close(self) -> None:
        self._client.close()

    def log_in(self) -> str:
        """The token. Raises ApiFailed when the user or the password is wrong."""
        credentials = {"username": self.login.user, "password": self.login.password()}
        answer = self._send("POST", "/auth/token", json=credentials)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise ApiFailed(f"{self.login.url} refused user {self.login.user!r} or the password")
        token = str(self.accept(answer)["access_token"])
        self._client.headers["Authorization"] = f"Bearer {token}"
        return token

    def get(self, path: str, **query: Any) -> Any:
        """What Airflow answers. Raises ApiFailed when it refuses, ApiUnreachable when it is silent."""
        return self.request("GET", path, params=query)

    def request(self, method: str, path: str, **kwargs: Any) -> Any:
        """As ``get``, by any method."""
        return self.accept(self.ask(method, path, **kwargs))

    def ask(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        """The answer whatever its status, for callers to whom 'not found' is an answer too."""
        return self.ask_plugin(method, f"/api/v2{path}", **kwargs)

    def ask_plugin(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        """The same of the pages beside Airflow's API."""
        if "Authorization" not in self._client.headers:
            self.log_in()
        answer = self._send(method, path, **kwargs)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self.log_in()
            answer = self._send(method, path, **kwargs)
        return answer

    def accept(self, answer: httpx.Response) -> Any:
        """The body of an answer. Raises ApiFailed with Airflow's words unless it is a success."""
        if answer.is_success:
            try:
                return answer.json()
            except ValueError as error:
                said = answer.text[:100].strip()
                raise ApiFailed(f"{self.login.url} answers, but not as Airflow does: {said!r}") from error
        raise ApiFailed(f"Airflow refused it ({answer.status_code}): {refusal(answer)}")

    def _send(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        try:
            return self._client.request(method, path, **kwargs)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise ApiUnreachable(
                f"{self.login.url} does not answer ({error}); is it the right URL, and is Airflow up?"
            ) from error
