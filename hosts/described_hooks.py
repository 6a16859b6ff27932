"""What schemathesis is told besides the description: how lines are written and read, and who is no key."""

import json
import os

import schemathesis

NDJSON = "application/x-ndjson"


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Lines are generated and checked each by its own schema. Who is no key never says as whom they act."""
    for operations in raw_schema["paths"].values():
        for operation in operations.values():
            if "BESEDA_IS_KEY" not in os.environ:
                operation["parameters"] = [one for one in operation["parameters"] if "ActsAs" not in one.get("$ref", "")]
            told = [operation.get("requestBody", {}), *operation["responses"].values()]
            for content in (one.get("content", {}) for one in told):
                if NDJSON in content:
                    content[NDJSON]["schema"] = {"type": "array", "items": content[NDJSON]["schema"]["x-line"]}


@schemathesis.serializer(NDJSON)
def written(context, value):
    """Lines of what was generated."""
    lines = value if isinstance(value, list) else [value]
    return "\n".join(json.dumps(line) for line in lines).encode()


@schemathesis.deserializer(NDJSON)
def read(context, response):
    """What each line tells."""
    # Not splitlines: a text may hold what Unicode calls the end of a line, too.
    return [json.loads(line) for line in response.content.decode().split("\n") if line]
