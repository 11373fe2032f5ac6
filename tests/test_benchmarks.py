"""The benchmark of decoding has a figure for whatever format there is; what the figures are is not tested."""

from click.testing import CliRunner

from benchmarks.decoding import main
from llmtap.decode.formats import FORMATS
from tests.exchanges.story import stories


def test_every_stream_is_measured() -> None:
    """A stream of each format that has one with content, whatever its frames are."""
    done = CliRunner().invoke(main, ["--rounds", "1", "--megabytes", "0"], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    assert "openai_chat" in done.output
    assert "xai_chat" in done.output


def test_bodies_of_every_kind_are_measured() -> None:
    """One JSON value, the lines of a session, protobuf, and a format that only has questions in lines."""
    kinds = ["openai_embeddings", "openai_realtime", "xai_sample", "spark_chat", "anthropic_batches"]
    assert all(stories(name) for name in kinds)
    assert set(kinds) <= set(FORMATS)
    done = CliRunner().invoke(main, ["--rounds", "1", "--megabytes", "1", *kinds], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    assert all(name in done.output for name in kinds)
