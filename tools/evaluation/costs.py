"""Computes what a stack costs in a month, by number of requests.

    python -m tools.evaluation.costs          prints the tables of docs/deploy.md

Prices are those that AWS lists for us-east-1, in dollars; free tiers of new accounts are left out.
"""

from dataclasses import dataclass

REQUESTS = (1_000, 1_000_000, 100_000_000)
SECONDS_A_MONTH = 30 * 24 * 3600
MILLION = 1_000_000

API_PER_MILLION = 1.00
LAMBDA_PER_MILLION = 0.20
LAMBDA_GB_SECOND = 0.0000133334  # arm64
WRITES_PER_MILLION = 0.625
READS_PER_MILLION = 0.125
LOGS_PER_GB = 0.50
TRACES_PER_MILLION = 5.00
FREE_TRACES = 100_000
TRANSFER_PER_GB = 0.09
FREE_TRANSFER_GB = 100
ALARM_METRIC = 0.10
DASHBOARD = 3.00
CUSTOM_METRIC = 0.30
SECRET = 0.40
TABLE_GB = 0.25 + 0.20  # storage, and restoring to a point in time

# A warm request takes a few milliseconds; a new instance about a second.
LIST_SECONDS, LIST_GB = 0.010, 0.5
# A list of 300 tracks, gzipped; every other answer is a 304.
ANSWER_BYTES = 32_000 / 2
# The access log, the function's own line, and Lambda's two lines for each invocation.
LOG_BYTES = 1_400
# One write leases a twentieth of a key's limit of 120.
LEASES = 1 / 6
REFRESHES, REFRESH_SECONDS, REFRESH_GB = 60, 60, 3538 / 1024
REFRESH_WRITES = 300
AGE_CHECKS = SECONDS_A_MONTH // 300
# TablesThrottledAlarm reads four metrics.
ALARM_METRICS = 15
# Metrics are billed for the hours in which they have data: one always, the others of refreshes.
STEADY_METRICS, REFRESH_METRICS = 1, 45
SECRETS = 2


@dataclass(frozen=True, slots=True)
class Cost:
    """A line of the table; `driver` says what it grows with."""

    name: str
    dollars: tuple[float, ...]
    driver: str


def costs() -> list[Cost]:
    """The lines by number of requests, then those that do not depend on it."""
    return [
        per_request("API Gateway (HTTP API)", API_PER_MILLION / MILLION, "requests"),
        per_request(
            "Lambda, list",
            LAMBDA_PER_MILLION / MILLION + LIST_SECONDS * LIST_GB * LAMBDA_GB_SECOND,
            "requests; 10 ms of 512 MB each",
        ),
        per_request("DynamoDB, limits", LEASES * WRITES_PER_MILLION / MILLION, "requests of a key"),
        per_request("CloudWatch Logs", LOG_BYTES / 1e9 * LOGS_PER_GB, "lines; 1.4 KB a request"),
        Cost("X-Ray", tuple(map(traces, REQUESTS)), "one request a second, and 5 % of the others"),
        Cost("data transfer", tuple(map(transfer, REQUESTS)), "bytes of answers; a 304 has none"),
        fixed("alarms", ALARM_METRICS * ALARM_METRIC, "their number"),
        fixed("dashboard", DASHBOARD, "three are free in an account"),
        fixed(
            "metrics",
            CUSTOM_METRIC * (STEADY_METRICS + REFRESH_METRICS * 2 / 24),
            "hours with data",
        ),
        fixed("secrets", SECRETS * SECRET, "their number"),
        fixed(
            "refreshes",
            REFRESHES * REFRESH_SECONDS * REFRESH_GB * LAMBDA_GB_SECOND
            + REFRESHES * REFRESH_WRITES * WRITES_PER_MILLION / MILLION,
            "new tracks; a minute of 3.5 GB each",
        ),
        fixed(
            "tables, age check",
            TABLE_GB * 0.5 + AGE_CHECKS * (LAMBDA_PER_MILLION + READS_PER_MILLION) / MILLION,
            "stored GB",
        ),
    ]


def per_request(name: str, dollars: float, driver: str) -> Cost:
    return Cost(name, tuple(requests * dollars for requests in REQUESTS), driver)


def fixed(name: str, dollars: float, driver: str) -> Cost:
    return Cost(name, (dollars,) * len(REQUESTS), driver)


def traces(requests: int) -> float:
    """Lambda traces the first request of each second, and 5 % of the others; evenly spread."""
    a_second = requests / SECONDS_A_MONTH
    traced = min(a_second, 1) + max(a_second - 1, 0) * 0.05
    return max(traced * SECONDS_A_MONTH - FREE_TRACES, 0) * TRACES_PER_MILLION / MILLION


def transfer(requests: int) -> float:
    return max(requests * ANSWER_BYTES / 1e9 - FREE_TRANSFER_GB, 0) * TRANSFER_PER_GB


def table() -> str:
    """The table in Markdown."""
    lines = ["| dollars a month | 1 thousand requests | 1 million | 100 million | grows with |"]
    lines.append("| --- | --- | --- | --- | --- |")
    every = costs()
    for cost in every:
        shown = " | ".join(f"{dollars:,.2f}" for dollars in cost.dollars)
        lines.append(f"| {cost.name} | {shown} | {cost.driver} |")
    totals = (sum(column) for column in zip(*(cost.dollars for cost in every), strict=True))
    shown = " | ".join(f"**{dollars:,.0f}**" for dollars in totals)
    lines.append(f"| **all** | {shown} | |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
