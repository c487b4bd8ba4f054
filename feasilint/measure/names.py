"""What the names of columns say of time and of things that happen once, where nobody declares it."""

from __future__ import annotations

import re
from functools import lru_cache

_BUCKET_NAME = re.compile(
    r"(^|_)(date|dt|ds|datetime|timestamp|ts|yearmonth|year_month|year_week|month_start|week_start|month_end|week_end|period|ym|yyyymm"
    r"|yyyymmdd|asof|as_of|snapshot|(week|month|quarter|day)_(seq|start|end|id)|metric_time|calc_date)(_|$|\d)|date$|timestamp$|datetime$|[a-z]_?time$|^year$|_year$|(^|_|tax|fiscal)yr$|^day$|_day$",
    re.IGNORECASE,
)
_OCCURRENCE = re.compile(  # things that happen once: what belongs to one of them is soon complete
    r"(^|_)(session|visit|view|order|refund|engagement|invoice|transaction|txn|tx|payment|request|impression|encounter|hadm|icustay|stay|admission|specimen|trip|ride"
    r"|shipment|booking|reservation|claim|receipt|basket|cart|checkout|event|message|call|flight|game|match|auction|query|job|run)"
    r"(_partition|_line|_item|_line_item)?(_?(id|key|no|nr|num|number|uuid|hash|identifier))$|^(invoice|invoice_?no|session|basket|receipt)$",
    re.IGNORECASE,
)
_EVENT_NAME = re.compile(
    r"(^|_)(ts|timestamp|datetime|dt|ds)$|^(date|time|day)$|(?<!end)_(date|dttm)$|_at$|timestamp$|datetime$|[a-z]date$"
    r"|(^|_)(event|transaction|tx|txn|purchase|order|click|visit|view|request|start|creat\w*|updat\w*|log|message|session|pickup|chart"
    r"|insert\w*|load\w*|arrival|departure|occurr\w*|posted|received|server|client)_?(time|date|day)$",
    re.IGNORECASE,
)
_PERSON_NAME = re.compile(
    r"birth|signup|sign_up|expir|hire|due|valid|closed|(^|_)(end|until|cancel\w*)_", re.IGNORECASE
)
_ATTRIBUTE_NAME = re.compile(
    r"birth|signup|sign_up|regist|creat|join|hire|expir|first|open|install|admit|due|valid|of_week|of_month|of_year|is_|weekday|per_day",
    re.IGNORECASE,
)
_EVENTFUL = re.compile(
    r"(^|[^a-z])(tx|txn|transaction|event|order|payment|purchase|sale|click|view|visit|log|history|trip|ride|rental|rating|review|session|search"
    r"|play|listen|message|call|booking|reservation|installment|invoice|claim|withdrawal|deposit|transfer|impression|login|attempt|reading"
    r"|measurement|observation|obs|encounter|admission|interaction)s?($|[^a-z])|(activity|activities|searches|histories|entries)($|[^a-z])",
    re.IGNORECASE,
)
_CALENDAR = re.compile(
    r"(^|_)(week_?day|day_?(type|name|of_?(week|month|year))|dow|doy|(is_?)?(holidays?|weekend|workday)|season|month|week)(_|$)",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(r"(^|_)(ids?|uuid|guid|hash|sk|pk|key)$", re.IGNORECASE)
_CONSTANT = re.compile(
    r"birth|(^|_)(dob|gender|sex|ethnicity|race|nationality|blood_?(type|group))(_|$)", re.IGNORECASE
)
_DESCRIPTIVE = re.compile(
    r"(^|_)(created|creation|registered|registration|sign_?up|joined|hired?|admit|admitted|admission|enrolled|enrollment)_?"
    r"(at|on|ts|dt|tstamp|timestamp|date|day|time|datetime)(_utc)?$"
    r"|^(created|registered|joined|admitted|enrolled)$"
    r"|(^|_)((?:first|last|middle|full|given|family)?name|surname|address|street|city|zip|zip_?code|post_?code|postal_?code|country|country_?code|email|phone)$",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def constant(name: str) -> bool:
    """Whether a column's name says that it holds what somebody is from birth on."""
    return _CONSTANT.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)) is not None


@lru_cache(maxsize=4096)
def descriptive(name: str) -> bool:
    """Whether a column's name says that it tells who or where somebody is, or since when there is one: it hardly ever changes."""
    return _DESCRIPTIVE.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)) is not None


@lru_cache(maxsize=4096)
def identifier(name: str) -> bool:
    """Whether a column's name says that it tells which row or whose it is, and nothing of how things stand."""
    return _IDENTIFIER.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)) is not None


@lru_cache(maxsize=4096)
def calendar(name: str) -> bool:
    """Whether a column's name says that it is of the calendar, which is known of days to come."""
    return _CALENDAR.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)) is not None


@lru_cache(maxsize=4096)
def eventful(source: str) -> bool:
    """Whether the name of a table or file says that its rows are events, and not the houses of a region."""
    return _EVENTFUL.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", source)) is not None


@lru_cache(maxsize=4096)
def dated(name: str) -> bool:
    """Whether a name is that of a time at which something happens, no attribute such as a birth date."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    return _BUCKET_NAME.search(spaced) is not None and _ATTRIBUTE_NAME.search(spaced) is None


@lru_cache(maxsize=4096)
def event_time(name: str) -> bool:
    """Whether a name is likely that of an event's time: what could bound a window."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    return _EVENT_NAME.search(spaced) is not None and _PERSON_NAME.search(spaced) is None


@lru_cache(maxsize=4096)
def occurrence(name: str) -> bool:
    """Whether a key's name is that of something that happens once, such as an order or a session."""
    return _OCCURRENCE.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)) is not None
