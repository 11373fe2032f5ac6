"""Elasticsearch is spoken to in one way, each failure has its kind, and no credential is ever shown."""

from collections.abc import Iterator

import msgspec
import pytest

from llmtap.export.cluster import Cluster, ClusterError, ElasticsearchSettings, Kind
from tests.engines.elasticsearch import Engine
from tests.fakes.bulk_server import FakeElasticsearch, Fault

LINES = [b'{"create":{"_index":"logs-x","_id":"a"}}\n{}', b'{"create":{"_index":"logs-x","_id":"b"}}\n{}']


@pytest.fixture
def fake() -> Iterator[FakeElasticsearch]:
    """Return a fake Elasticsearch that runs."""
    with FakeElasticsearch() as fake:
        yield fake


def cluster(url: str, **settings: object) -> Cluster:
    """Return a cluster at this address."""
    return Cluster(msgspec.convert({"url": url, "request_timeout": 5.0, **settings}, ElasticsearchSettings))


def test_a_request_names_its_media_type_and_is_sent_once(fake: FakeElasticsearch) -> None:
    """Both media types say version 8, the body is compressed, and even a 429 is not repeated by the client."""
    fake.faults.append("busy")
    with pytest.raises(ClusterError) as caught:
        cluster(fake.url).bulk(LINES)
    assert (caught.value.kind, caught.value.status) == ("refused", 429)
    [(method, path, headers)] = fake.requests
    assert (method, path) == ("POST", "/_bulk")
    assert headers["accept"] == "application/vnd.elasticsearch+json; compatible-with=8"
    assert headers["content-type"] == "application/vnd.elasticsearch+x-ndjson; compatible-with=8"
    assert headers["content-encoding"] == "gzip"


def test_documents_arrive_as_they_were_given(fake: FakeElasticsearch) -> None:
    """The lines of a request reach the server unchanged, and its items come back in order."""
    reply = cluster(fake.url).bulk(LINES)
    assert fake.stored == {"logs-x": {"a": b"{}", "b": b"{}"}}
    assert isinstance(reply.body, dict)
    assert [entry["create"]["_id"] for entry in reply.body["items"]] == ["a", "b"]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("unauthorized", "unauthorized"),
        ("forbidden", "forbidden"),
        ("bad_request", "refused"),
        ("bad_gateway", "refused"),
        ("lost_before", "unreachable"),
        ("lost_after", "unreachable"),
        ("garbage", "unreachable"),
    ],
)
def test_each_failure_has_its_kind(fake: FakeElasticsearch, fault: Fault, kind: Kind) -> None:
    """Whatever goes wrong is a ClusterError of one of four kinds, and the next request may go well."""
    fake.faults.append(fault)
    there = cluster(fake.url)
    with pytest.raises(ClusterError) as caught:
        there.bulk(LINES)
    assert kind == caught.value.kind
    assert there.bulk(LINES).status == 200
    there.close()


def test_nobody_there_is_unreachable(fake: FakeElasticsearch) -> None:
    """A refused connection is unreachable until the server is back."""
    there = cluster(fake.url)
    fake.stop()
    with pytest.raises(ClusterError, match="cannot be reached") as caught:
        there.version()
    assert caught.value.kind == "unreachable"
    fake.start()
    assert there.version() == "8.19.0"


def test_another_product_is_refused(fake: FakeElasticsearch) -> None:
    """A server that does not call itself Elasticsearch is refused in words."""
    fake.product = "Something"
    with pytest.raises(ClusterError, match="not Elasticsearch"):
        cluster(fake.url).bulk(LINES)


def test_a_server_that_no_longer_speaks_8_is_spoken_to_in_9(fake: FakeElasticsearch) -> None:
    """One refusal is enough to switch for good."""
    fake.speaks = {"9", "10"}
    there = cluster(fake.url)
    assert [there.bulk(LINES).status, there.bulk(LINES).status] == [200, 200]
    assert len(fake.requests) == 3


@pytest.mark.parametrize("settings", [{"ca_certs": "/nowhere/ca.pem"}, {"ca_fingerprint": "no fingerprint"}])
def test_settings_that_do_not_fit_are_refused(settings: dict[str, str]) -> None:
    """What the client cannot use is a ClusterError at the first request, not at the start."""
    with pytest.raises(ClusterError) as caught:
        cluster("https://127.0.0.1:1", **settings).version()
    assert caught.value.kind in ("refused", "unreachable")


@pytest.mark.parametrize("url", ["127.0.0.1:9200", "ftp://127.0.0.1", "http://", "http://127.0.0.1:99999"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    """An address without http or https and a host is refused in words."""
    with pytest.raises(ClusterError, match="do not fit"):
        cluster(url).version()


def test_no_credential_is_shown(fake: FakeElasticsearch) -> None:
    """Neither the settings nor an error shows a password or a key, even one written into the address; they are used."""
    url = fake.url.replace("http://", "http://us%40er:pass%2Fword@")
    with_userinfo = ElasticsearchSettings(url=url)
    with_key = ElasticsearchSettings(
        url=(fake.url, fake.url), api_key="key-secret", password="pw-secret", username="me"
    )
    shown = repr(with_userinfo) + repr(with_key) + Cluster(with_userinfo).address
    fake.faults.extend(["unauthorized", "unauthorized"])
    for settings in (with_userinfo, with_key):
        with pytest.raises(ClusterError) as caught:
            Cluster(settings).bulk(LINES)
        shown += str(caught.value) + repr(caught.value)
    for secret in ("pass/word", "pass%2Fword", "us@er", "us%40er", "key-secret", "pw-secret"):
        assert secret not in shown
    assert [sent[2]["authorization"] for sent in fake.requests] == ["Basic dXNAZXI6cGFzcy93b3Jk", "ApiKey key-secret"]


def test_settings_are_read_from_yaml_values() -> None:
    """One address or several are taken; a namespace that cannot be part of a data stream's name is not."""
    read = msgspec.convert({"url": ["http://a:1", "http://b:2"], "batch_documents": 10}, ElasticsearchSettings)
    assert (read.urls(), read.batch_documents) == (("http://a:1", "http://b:2"), 10)
    assert ElasticsearchSettings(url="http://a, http://b").urls() == ("http://a", "http://b")
    for wrong in ({"namespace": "a-b"}, {"namespace": "Upper"}, {"target": "x"}, {"retention_days": 0}, {"extra": 1}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(wrong, ElasticsearchSettings)


def test_ports_have_defaults() -> None:
    """Without a port http means 9200 and https 443."""
    assert Cluster(ElasticsearchSettings(url="http://a,https://b/x")).address == "http://a:9200, https://b:443/x"


def test_a_real_elasticsearch_tells_its_version(elasticsearch: Engine, oldest_elasticsearch: Engine) -> None:
    """The newest and the oldest server understand us, and say who they are."""
    for engine in (elasticsearch, oldest_elasticsearch):
        there = cluster(engine.url)
        assert engine.version == there.version()
        assert there.template("llmtap-nothing") is None
        there.close()
