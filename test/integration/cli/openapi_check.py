"""Holds answers of a node against api/openapi.yaml."""
# SPDX-License-Identifier: Apache-2.0
import email.message
import json
import re
import urllib.parse
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Optional

import jsonschema
import yaml

FILE = Path(__file__).resolve().parents[3] / "api" / "openapi.yaml"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class Asked(NamedTuple):
    """A request; names of `fields` in lower case."""

    method: str
    target: str
    body: Optional[str] = None
    fields: dict = {}

    @property
    def path(self):
        return self.target.partition("?")[0]

    @property
    def query(self):
        return dict(urllib.parse.parse_qsl(self.target.partition("?")[2], keep_blank_values=True))


class Operation(NamedTuple):
    """A call as it is described."""

    method: str
    path: str
    responses: dict
    parameters: list
    body: Optional[dict]

    def __str__(self):
        return f"{self.method} {self.path}"


class StrictLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """YAML of which no mapping has a name twice."""

    def construct_mapping(self, node, deep=False):
        mapping = super().construct_mapping(node, deep)
        if len(mapping) != len(node.value):
            raise AssertionError(f"a name stands twice in one mapping, {node.start_mark}")
        return mapping


def _pattern(_validator, pattern, text, _schema):
    """As ECMA 262 has it: `$` is the very end, unlike in Python."""
    if isinstance(text, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), text):
        yield jsonschema.ValidationError(f"{text!r} does not match {pattern!r}")


def _bytes(text):
    return len(text.encode(errors="surrogatepass"))


def _bytes_min(_validator, least, text, _schema):
    if isinstance(text, str) and _bytes(text) < least:
        yield jsonschema.ValidationError(f"{text!r} has less than {least} bytes")


def _bytes_max(_validator, most, text, _schema):
    if isinstance(text, str) and _bytes(text) > most:
        yield jsonschema.ValidationError(f"{text!r} has more than {most} bytes")


Validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, {
    "pattern": _pattern, "x-bytes-min": _bytes_min, "x-bytes-max": _bytes_max})

formats = jsonschema.FormatChecker(formats=["uuid"])


@formats.checks("date-time", raises=ValueError)
def _is_time(text):
    """A moment that exists, in UTC; how it is written is the pattern's business."""
    if isinstance(text, str):
        datetime.strptime(re.sub(r"\.\d+", "", text), "%Y-%m-%dT%H:%M:%SZ")
    return True


class Description:
    """The file, with its references resolved: then validators share nothing that changes, and
    threads may use them at once."""

    def __init__(self, file=FILE):
        self.text = file.read_text(encoding="utf-8")
        self.document = yaml.load(self.text, StrictLoader)
        self._resolved = {}
        self.operations = [self._operation(path, method)
                           for path, item in self.document["paths"].items()
                           for method in METHODS if method in item]
        general = self.whole(self.document["components"]["responses"])
        self.malformed = general["Malformed"]
        self.malformed_statuses = _statuses_of(self.malformed)
        self.unknown_path = {"404": general["NotFound"], "default": self.malformed}
        self.unknown_method = {"405": general["MethodNotAllowed"], "default": self.malformed}

    def at(self, reference):
        """What `#/…` refers to, as it stands."""
        found = self.document
        for name in reference.removeprefix("#/").split("/"):
            found = found[name.replace("~1", "/").replace("~0", "~")]
        return found

    def whole(self, node):
        """The same without references. What stands beside one in a schema holds as well."""
        if isinstance(node, list):
            return [self.whole(each) for each in node]
        if not isinstance(node, dict):
            return node
        if isinstance(reference := node.get("$ref"), str):
            if reference not in self._resolved:
                self._resolved[reference] = self.whole(self.at(reference))
            beside = {name: self.whole(each) for name, each in node.items() if name != "$ref"}
            return {"allOf": [self._resolved[reference]], **beside} if beside \
                else self._resolved[reference]
        return {name: self.whole(each) for name, each in node.items()}

    def _operation(self, path, method):
        item = self.whole(self.document["paths"][path])
        own = item[method]
        return Operation(method.upper(), path, own["responses"],
                         item.get("parameters", []) + own.get("parameters", []),
                         own.get("requestBody"))

    def operation_of(self, asked):
        """The operation that is asked for, or None; and the methods that its path knows."""
        of_path = [each for each in self.operations if parts_of(each.path, asked.path) is not None]
        method = "GET" if asked.method == "HEAD" else asked.method
        return (next((each for each in of_path if each.method == method), None),
                sorted(each.method for each in of_path))

    def check(self, asked, answered):
        """Raises AssertionError if `answered` (status, fields, text) is no described answer to
        `asked`, or accepts what is not described. The operation; None if there is none."""
        operation, methods = self.operation_of(asked)
        responses = operation.responses if operation else self.unknown_path
        if not operation and methods:
            responses = self.unknown_method
        where = f"{asked.method} {asked.path[:200]} -> {answered.status}"
        response = responses.get(str(answered.status))
        if response is None and answered.status in self.malformed_statuses:
            response = responses["default"]
        if response is None:
            raise AssertionError(f"{where}: this status is not described")
        _check_fields(where, response, answered)
        allowed = ", ".join(methods).replace("GET", "GET, HEAD")
        if answered.status == 405 and answered.fields["allow"] != allowed:
            raise AssertionError(f"{where}: Allow must be {allowed}, "
                                 f"not {answered.fields['allow']}")
        if asked.method != "HEAD":
            _check_body(where, response, answered)
        if operation and answered.status < 400:
            _check_request(where, operation, asked)
        return operation


def parts_of(pattern, path):
    """What the {names} of `pattern` stand for in `path`; None if they do not fit."""
    patterns, segments = pattern.split("/"), path.split("/")
    if len(patterns) != len(segments):
        return None
    parts = {}
    for name, segment in zip(patterns, segments):
        if name.startswith("{") and segment:
            parts[name[1:-1]] = segment
        elif name != segment:
            return None
    return parts


def _statuses_of(malformed):
    """What `default` stands for: no request at all, or too much of one."""
    schema = malformed["content"]["application/problem+json"]["schema"]
    return {each["properties"]["status"]["const"] for each in schema["oneOf"]}


def must_fit(where, value, schema):
    error = jsonschema.exceptions.best_match(
        Validator(schema, format_checker=formats).iter_errors(value))
    if error:
        place = "/".join(map(str, error.absolute_path))
        raise AssertionError(f"{where}: {place + ': ' if place else ''}{error.message[:500]}")


def _number_or_text(text, schema):
    """Numbers outside of bodies are digits."""
    wants_number = "integer" in [schema.get("type")] + [
        each.get("type") for each in schema.get("allOf", [])]
    return int(text) if wants_number and re.fullmatch(r"-?\d+", text) else text


def _json(where, text):
    try:
        return json.loads(text)
    except ValueError as error:
        raise AssertionError(f"{where}: the body is no JSON: {text[:200]!r}") from error


def _media(content_type):
    message = email.message.Message()
    message["content-type"] = content_type
    return message.get_content_type(), set(message.get_params([])[1:])


def _content_of(content, content_type):
    """The described content that has this type and, if it asks for any, these parameters."""
    given, more = _media(content_type)
    for name, described in content.items():
        wanted, parameters = _media(name)
        if wanted == given and parameters <= more:
            return wanted, described
    return None, None


def _check_fields(where, response, answered):
    for name, described in response.get("headers", {}).items():
        value = answered.fields.get(name.lower())
        if value is not None:
            schema = described["schema"]
            must_fit(f"{where}: {name}", _number_or_text(value, schema), schema)
        elif described.get("required"):
            raise AssertionError(f"{where}: the header field {name} is missing")


def _check_body(where, response, answered):
    content, content_type = response.get("content"), answered.fields.get("content-type")
    if content is None:
        if answered.text or content_type:
            raise AssertionError(f"{where}: there must be no body, not {answered.text[:200]!r}")
        return
    media, described = _content_of(content, content_type or "")
    if described is None:
        raise AssertionError(f"{where}: the content type must be {' or '.join(content)}, "
                             f"not {content_type}")
    if not media.endswith("json"):
        must_fit(where, answered.text, described["schema"])
        _check_events(where, described.get("x-events", {}), answered.text)
        return
    body = _json(where, answered.text)
    must_fit(where, body, described["schema"])
    if media == "application/problem+json" and body["status"] != answered.status:
        raise AssertionError(f"{where}: the problem says {body['status']}")


def _check_events(where, described, text):
    """Whole events only: a stream may have been left in the middle of one."""
    for block in text.split("\n\n")[:-1] if described else []:
        lines = [line.partition(": ")[::2] for line in block.split("\n")]
        event = dict(lines)
        if list(event) in ([""], ["retry"]):
            continue  # a comment, or when to come back
        if [name for name, _ in lines] != ["event", "id", "data"]:
            raise AssertionError(f"{where}: this is no described event: {block[:200]!r}")
        if event["event"] not in described:
            raise AssertionError(f"{where}: the event {event['event']} is not described")
        must_fit(where, _json(where, event["data"]), described[event["event"]])


def _check_request(where, operation, asked):
    """What was accepted must be described as well."""
    where += ", though the request is not as described"
    given = {"path": parts_of(operation.path, asked.path), "query": asked.query,
             "header": asked.fields}
    for parameter in operation.parameters:
        name = parameter["name"].lower() if parameter["in"] == "header" else parameter["name"]
        value = given[parameter["in"]].get(name)
        if value is not None:
            schema = parameter["schema"]
            must_fit(f"{where}: {name}", _number_or_text(value, schema), schema)
        elif parameter.get("required"):
            raise AssertionError(f"{where}: {name} is missing")
    unknown = set(asked.query) - {each["name"] for each in operation.parameters}
    if unknown:
        raise AssertionError(f"{where}: {', '.join(sorted(unknown))} in the query")
    _check_request_body(where, operation.body, asked)


def _check_request_body(where, described, asked):
    if not asked.body:
        if described and described.get("required"):
            raise AssertionError(f"{where}: there is no body")
        return
    if not described:
        raise AssertionError(f"{where}: a body is not described")
    _, content = _content_of(described["content"], asked.fields.get("content-type", ""))
    if content is None:
        raise AssertionError(f"{where}: its content type is {asked.fields.get('content-type')}")
    must_fit(where, _json(where, asked.body), content["schema"])
