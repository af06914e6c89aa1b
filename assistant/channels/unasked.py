"""What the assistant says without a turn of the conversation: nothing is read, and nothing is stored."""

from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import Engine

from assistant.dialogue.state import ERASED, Turn
from assistant.privacy.receipts import receipt_of
from assistant.storage import erasures

Said = dict[str, Any]


async def said(agent: Agent, turn: Turn, response: str, channel: str) -> Said:
    """A response (`utter_chat/greet`) as the generator makes it for a turn."""
    tracker = DialogueStateTracker.from_events("", [])
    tracker.latest_message.parse_data["turn"] = turn.to_dict()
    made: Said = await agent.nlg.generate(response, tracker, channel)
    return made


async def erased_by(message: UserMessage, agent: Agent, engine: Engine) -> list[Said]:
    """What was said to a message that had its conversation erased, and that comes again: it is stored nowhere, but its
    receipt is. Empty for every other message.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database cannot be read.
    """
    receipt = receipt_of(message.message_id)
    if not erasures.find(engine, receipt):
        return []
    turn = Turn(ERASED, "answer", ERASED, language=message.metadata.get("interface"), receipt=receipt)
    return [await said(agent, turn, f"utter_{ERASED}", message.input_channel)]
