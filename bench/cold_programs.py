"""The programs that `make bench-cold` counts; the argument is the number of requests."""

# A Lambda does not exit after init, so the interpreter's shutdown is not counted.
STAY = "\nimport posix; posix._exit(0)"
# The packages alone, as in their quick starts: an application with one route that returns stored
# bytes, a model with its client, a logger, metrics.
BARE_STACK = (
    """
import json, os, sys
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from mangum import Mangum
from pynamodb.attributes import UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.models import Model
from aws_lambda_powertools import Logger, Metrics
class Row(Model):
    class Meta:
        table_name = "rows"
    pk = UnicodeAttribute(hash_key=True)
client = Connection(region=os.environ["AWS_REGION"]).client
key = {"pk": {"S": os.environ["STORED_KEY"]}}
async def answer(request):
    row = client.get_item(TableName=os.environ["CATALOG_TABLE"], Key=key)
    return Response(row["Item"]["data"]["B"], headers={"content-encoding": "gzip"})
routes = [Route("/v1/tiktok-music", answer)]
handler = Mangum(Starlette(routes=routes), lifespan="off")
Logger(service="x"), Metrics(namespace="x", service="x")
event = json.load(open(os.environ["EVENT"]))
for _ in range(int(sys.argv[1])):
    assert handler(event, None)["statusCode"] == 200
"""
    + STAY
)
# valgrind is some 40 times slower than the processor, so limits of time are lifted: a retry would
# count twice.
LIST_FUNCTION = (
    """
import json, os, sys
from tiktok_music.composition import list_music, preload
list_music.CONNECT_SECONDS = list_music.READ_SECONDS = preload.PRELOAD_SECONDS = 60.0
from handler import handler
event = json.load(open(os.environ["EVENT"]))
for _ in range(int(sys.argv[1])):
    assert handler(event, None)["statusCode"] == 200
"""
    + STAY
)
# -S: without this machine's site-packages.
PROGRAMS = {
    "python -c pass": ("-c", f"pass{STAY}"),
    "python -S -c pass": ("-S", "-c", f"pass{STAY}"),
    "import asyncio": ("-S", "-c", f"import asyncio{STAY}"),
}
