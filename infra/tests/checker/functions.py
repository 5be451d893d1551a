"""Bicep's own functions, those that this project calls."""

import hashlib
import uuid
from typing import Any

from .types import Shape
from .values import Later, Record, Sequence, is_at_run_time, text_of

# The tenant in which everything is deployed on paper.
TENANT = "00000000-0000-0000-0000-000000000002"

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
STRING, INT, BOOL, ARRAY, OBJECT = (Shape(None, "", kind) for kind in ("string", "int", "bool", "array", "object"))


def _record(**values: Any) -> Record:
    record = Record()
    for key, value in values.items():
        record[key] = value
        record.lines[key] = 0
    return record


def _unique(*parts: Any) -> str:
    digest = hashlib.sha256("\0".join(map(text_of, parts)).encode()).digest()
    return "".join("abcdefghijklmnopqrstuvwxyz234567"[byte % 32] for byte in digest[:13])


def _guid(*parts: Any) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "\0".join(map(text_of, parts))))


def _resource_id(prefix: str) -> Any:
    def made(kind: Any, *names: Any) -> Any:
        return f"{prefix}/providers/{kind}/" + "/".join(map(text_of, names))

    return made


def _union(*parts: Any) -> Any:
    if all(isinstance(part, Record) for part in parts):
        whole = Record(parts[0].line)
        for part in parts:
            whole.update(part)
            whole.lines.update(part.lines)
        return whole
    return Sequence({text_of(item): item for part in parts for item in part}.values())


def environment() -> Record:
    return _record(
        name="AzureCloud",
        suffixes=_record(storage="core.windows.net", keyvaultDns=".vault.azure.net"),
        authentication=_record(loginEndpoint="https://login.microsoftonline.com/", tenant="common"),
        resourceManager="https://management.azure.com/",
        portal="https://portal.azure.com",
    )


def subscription() -> Record:
    return _record(id=SUBSCRIPTION, subscriptionId=SUBSCRIPTION[15:], tenantId="tenant", displayName="subscription")


def tenant() -> Record:
    return _record(tenantId=TENANT, displayName="tenant", countryCode="GB")


def resource_group(name: str) -> Record:
    return _record(id=f"{SUBSCRIPTION}/resourceGroups/{name}", name=name, location="uksouth", tags=Record(), type="group")


# name: (fewest arguments, most arguments, shape of what only Azure knows, the function itself)
FUNCTIONS: dict[str, tuple[int, int, Shape, Any]] = {
    "bool": (1, 1, BOOL, lambda text: str(text).lower() == "true"),
    "concat": (1, 99, ARRAY, lambda *parts: Sequence([item for part in parts for item in part])),
    "contains": (2, 2, BOOL, lambda whole, part: part in whole),
    "empty": (1, 1, BOOL, lambda value: not value),
    "environment": (0, 0, OBJECT, environment),
    "first": (1, 1, STRING, lambda items: items[0] if items else None),
    "guid": (1, 99, STRING, _guid),
    "int": (1, 1, INT, int),
    "join": (2, 2, STRING, lambda items, mark: mark.join(map(text_of, items))),
    "last": (1, 1, STRING, lambda items: items[-1] if items else None),
    "length": (1, 1, INT, len),
    "range": (2, 2, ARRAY, lambda start, count: Sequence(range(start, start + count))),
    "readEnvironmentVariable": (1, 2, STRING, lambda name, default="": default),
    "replace": (3, 3, STRING, lambda text, old, new: text.replace(old, new)),
    "split": (2, 2, ARRAY, lambda text, mark: Sequence(text.split(mark))),
    "startsWith": (2, 2, BOOL, lambda text, start: text.lower().startswith(start.lower())),
    "string": (1, 1, STRING, text_of),
    "subscription": (0, 0, OBJECT, subscription),
    "subscriptionResourceId": (2, 9, STRING, _resource_id(SUBSCRIPTION)),
    "substring": (2, 3, STRING, lambda text, start, count=None: text[start:] if count is None else text[start : start + count]),
    "take": (2, 2, STRING, lambda whole, count: whole[:count]),
    "tenant": (0, 0, OBJECT, tenant),
    "tenantResourceId": (2, 9, STRING, _resource_id("")),
    "toLower": (1, 1, STRING, lambda text: text.lower()),
    "toUpper": (1, 1, STRING, lambda text: text.upper()),
    "union": (2, 99, OBJECT, _union),
    "uniqueString": (1, 99, STRING, _unique),
}


def call(name: str, arguments: list[Any]) -> Any:
    """The value; a `Later` where an argument is one, except for those that only mix texts."""
    _, _, shape, function = FUNCTIONS[name]
    if name not in ("guid", "uniqueString") and any(isinstance(one, Later) for one in arguments):
        return Later(f"{name}({', '.join(map(text_of, arguments))})", shape, any(map(is_at_run_time, arguments)))
    value = function(*arguments)
    if any(map(is_at_run_time, arguments)):
        return Later(text_of(value), shape, True, value)
    return value
