"""`llmtap replay`: one document for each call, in order; into the store and to Elasticsearch when asked."""

import json
import subprocess
import sys
from pathlib import Path

from llmtap.export.outbox import Outbox
from tests.cli.conftest import Invoke
from tests.cli.llmtap import environment
from tests.cli.recorded import SESSION, entry, har, session, written
from tests.cli.test_flowfile import chat, saved
from tests.fakes.bulk_server import FakeElasticsearch


def test_documents_are_printed_in_order(invoke: Invoke, tmp_path: Path) -> None:
    """A HAR and a flow file give a line of JSON a call, and a summary of the rest on stderr."""
    other = entry("https://example.com/", ask=b"{}", answer=b"{}")
    first = written(tmp_path, har(entry(), other, session(*SESSION, *SESSION), entry(status=500)))
    second = written(tmp_path, saved(chat(), chat("example.com")), "flows")

    shown = invoke("replay", str(first), str(second))

    assert 0 == shown.exit_code
    documents = [json.loads(line) for line in shown.stdout.splitlines()]
    statuses = [document["http"]["response"]["status_code"] for document in documents]
    assert [200, 101, 101, 500, 200, 200] == statuses
    assert {"input_tokens": 9, "output_tokens": 3} == documents[0]["gen_ai"]["usage"]
    assert "2026-11-01T10:00:00.000Z" == documents[0]["@timestamp"]
    assert "duration" not in documents[0]["event"]
    assert [f"{first}: 4 entries: 4 documents, 1 other than LLM calls"] == [
        line for line in shown.stderr.splitlines() if line.startswith(str(first))
    ]


def test_nothing_of_the_conversation_is_printed(invoke: Invoke, tmp_path: Path) -> None:
    """A replayed document is redacted as a live one is."""
    asked = {"Content-Type": "application/json", "Authorization": "Bearer sk-0123456789abcdef0123456789abcdef"}
    shown = invoke("replay", str(written(tmp_path, har(entry(asked=asked)))))
    assert "Where?" not in shown.stdout
    assert "Paris." not in shown.stdout
    assert "0123456789abcdef" not in shown.stdout


def test_a_broken_file_is_told(invoke: Invoke, tmp_path: Path) -> None:
    """What stands before the break is printed; one sentence names file and entry; the exit code is 1."""
    file = written(tmp_path, har(entry(), entry())[:-40])
    shown = invoke("replay", str(file))
    assert (1, 1) == (shown.exit_code, len(shown.stdout.splitlines()))
    assert f"llmtap: entry 2 of {file} cannot be read: it is damaged, or cut short." in shown.stderr
    assert "Traceback" not in shown.stderr


def test_a_bad_entry_costs_itself_alone(invoke: Invoke, tmp_path: Path) -> None:
    """It is named with its number and its flaw, all others are printed, and the exit code says that one was not."""
    lost = entry() | {"request": {"method": "POST"}}
    bad, good = written(tmp_path, har(entry(), lost, entry())), written(tmp_path, har(entry()), "good.har")
    shown = invoke("replay", str(bad), str(tmp_path / "none.har"), str(good))
    assert (1, 3) == (shown.exit_code, len(shown.stdout.splitlines()))
    assert f"llmtap: entry 2 of {bad} is left out: it has no `request.url`.\n" in shown.stderr
    assert f"{bad}: 3 entries: 2 documents, 1 left out\n" in shown.stderr
    assert f"llmtap: {tmp_path / 'none.har'} cannot be read: No such file or directory.\n" in shown.stderr


def test_what_is_not_there_is_told(invoke: Invoke, tmp_path: Path) -> None:
    """A missing file, a folder and another kind of file are a sentence each."""
    for file in (tmp_path / "none.har", tmp_path, written(tmp_path, b"hello")):
        shown = invoke("replay", str(file))
        assert (1, "") == (shown.exit_code, shown.stdout)
        assert f"llmtap: {file} cannot be read" in shown.stderr


def test_the_store_takes_each_once(invoke: Invoke, tmp_path: Path, store_path: Path) -> None:
    """`--store` puts documents into the store, and the same file again puts nothing."""
    file = written(tmp_path, har(entry(), entry(), entry(status=429)))
    shown = invoke("replay", "--store", str(file))
    assert (0, "") == (shown.exit_code, shown.stdout)
    assert f"3 new in {store_path}" in shown.stderr
    assert "0 new" in invoke("replay", "--store", str(file)).stderr
    store = Outbox.existing(store_path)
    assert 3 == len(list(store.documents()))
    store.close()


def test_the_configuration_holds(invoke: Invoke, tmp_path: Path) -> None:
    """Hosts of the operator's own are recognised as they would be live."""
    config = tmp_path / "llmtap.yaml"
    config.write_text("providers:\n  - {id: acme, name: acme, hosts: ['llm\\.acme\\.example']}\n")
    file = written(tmp_path, har(entry("https://llm.acme.example/v1/chat/completions")))
    (document,) = invoke("replay", "--config", str(config), str(file)).stdout.splitlines()
    assert "acme" == json.loads(document)["gen_ai"]["provider"]["name"]


def test_elasticsearch_gets_them(invoke: Invoke, tmp_path: Path) -> None:
    """`--ship` ends when Elasticsearch has every document."""
    file = written(tmp_path, har(entry(), entry(), entry(status=429)))
    config = tmp_path / "llmtap.yaml"
    with FakeElasticsearch(["busy"]) as elasticsearch:
        config.write_text(f"elasticsearch:\n  url: {elasticsearch.url}\n")
        shown = invoke("replay", "--ship", "--config", str(config), str(file))
        assert 3 == sum(map(len, elasticsearch.stored.values()))
    assert 0 == shown.exit_code
    assert "3 delivered to Elasticsearch" in shown.stderr


def test_shipping_needs_elasticsearch(invoke: Invoke, tmp_path: Path) -> None:
    """Without an address there is nowhere to ship to, which is said before anything is read."""
    shown = invoke("replay", "--ship", str(tmp_path / "none.har"))
    assert (2, "") == (shown.exit_code, shown.stdout)
    assert "elasticsearch.url" in shown.stderr


def test_stdin_is_a_file_like_any(home: Path, tmp_path: Path) -> None:
    """A recording can be piped in, under the name that such tools give stdin."""
    for recording in (har(entry()), saved(chat())):
        done = subprocess.run(
            [sys.executable, "-m", "llmtap", "replay", "-"],
            env=environment(home),
            input=written(tmp_path, recording).read_bytes(),
            capture_output=True,
            check=False,
        )

        assert (0, 1) == (done.returncode, len(done.stdout.splitlines()))
        assert b"-: 1 entry: 1 document\n" == done.stderr
