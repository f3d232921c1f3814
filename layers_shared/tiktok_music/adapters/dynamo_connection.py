"""PynamoDB's connection over a botocore session that serves DynamoDB alone."""

from botocore.handlers import BUILTIN_HANDLERS
from botocore.hooks import HierarchicalEmitter
from botocore.session import Session
from pynamodb.connection import Connection


class DynamoConnection(Connection):
    """A connection without what botocore's default session does for other services.

    That one registers 127 event handlers, of which 10 concern DynamoDB, and looks up the former
    names of 65 services in the name of each event: 45 million instructions of a cold start.
    """

    @property
    def session(self) -> Session:
        """A new session, with which PynamoDB makes its client."""
        session = Session(include_builtin_handlers=False)
        session.register_component("event_emitter", dynamo_events())
        return session


def dynamo_events() -> HierarchicalEmitter:
    """botocore's own event handlers for DynamoDB and for all services."""
    events = HierarchicalEmitter()
    for event, handler, *_ in BUILTIN_HANDLERS:
        if is_of_dynamo(event):
            events.register(event, handler)
    return events


def is_of_dynamo(event: str) -> bool:
    """True for `before-call` and `before-call.dynamodb.GetItem`, false for other services."""
    name, _, service = event.partition(".")
    return name != "docs" and service.partition(".")[0] in ("", "*", "dynamodb")
