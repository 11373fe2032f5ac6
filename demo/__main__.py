"""The demo's walk: provider, proxy, two unmodified programs, report, one document, and what to do next.

Exit code 0 means that every call became one document with the outcome it had; 1 comes with a sentence that says which
part failed.
"""

import json
import os
import shutil
import sys
import tempfile
import textwrap
import time
from pathlib import Path

from demo.stage import CHECKOUT, DemoError, clean_environment, free_port, output_of, program, proxy
from tests.fakes.provider import FakeProvider

EXPECTED = {"success": 4, "failure": 2}
"""How the calls of `app.py` end."""
CURL_BODY = '{"model": "text-embedding-3-small", "input": "Paris"}'


def main() -> int:
    """Run the demo; return the exit code."""
    begun = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="llmtap-demo-") as folder:
            walk(Path(folder))
    except DemoError as error:
        print(f"\nThe demo failed. {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nThe demo was interrupted; nothing is left running.", file=sys.stderr)
        return 130
    next_steps(time.monotonic() - begun)
    return 0


def walk(folder: Path) -> None:
    """Call, report, show; raises DemoError."""
    say("Nothing here leaves this machine: no API key, no Elasticsearch, no internet.")
    with FakeProvider(pace=0.02) as provider:
        step("A simulated provider answers for api.openai.com and api.anthropic.com")
        say(f"127.0.0.1:{provider.port}, with a certificate of its own that the proxy verifies")
        port = free_port()
        step("The proxy starts")
        say("mitmdump -s addon/tap.py")
        hosts = dict.fromkeys(("api.openai.com", "api.anthropic.com"), provider.port)
        with proxy(folder, port, hosts, provider.ca_path):
            say(f"listening on 127.0.0.1:{port}")
            expected = call(folder, port)
        step("The proxy has ended; every call is on disk")
    calls = check(folder, expected)
    step("llmtap report")
    print(llmtap(folder, "report"))
    step("llmtap report --last 10")
    print(llmtap(folder, "report", "--last", "10"))
    chosen = next(
        str(entry["id"]) for entry in calls if entry["provider"] == "anthropic" and entry["outcome"] == "success"
    )
    step(f"llmtap show {chosen[-8:]}   (the streamed call to Anthropic: one document, whole)")
    print(llmtap(folder, "show", chosen))


def call(folder: Path, port: int) -> dict[str, int]:
    """Let the unmodified programs make their calls; return how many of them end how."""
    certificate = str(folder / "mitmproxy-ca-cert.pem")
    given = {
        "HTTPS_PROXY": f"http://search:demo@127.0.0.1:{port}",
        "SSL_CERT_FILE": certificate,
        "OPENAI_API_KEY": "sk-simulated",
        "ANTHROPIC_API_KEY": "sk-ant-simulated",
    }
    step("An application that knows nothing of it makes its calls (demo/app.py)")
    say("It is given a proxy (its team and environment as user and password) and one CA:")
    for name in ("HTTPS_PROXY", "SSL_CERT_FILE"):
        say(f"    {name}={given[name]}")
    say(output_of([sys.executable, str(CHECKOUT / "demo/app.py")], "The application", clean_environment(given)))
    curl = shutil.which("curl")
    if curl is None:
        return EXPECTED
    step("curl makes one, for another team")
    say(f"curl https://api.openai.com/v1/embeddings -d '{CURL_BODY}'")
    given |= {"HTTPS_PROXY": f"http://data:demo@127.0.0.1:{port}", "CURL_CA_BUNDLE": certificate}
    command = [curl, "-sS", "--fail", "--max-time", "20", "https://api.openai.com/v1/embeddings"]
    headers = ("-H", "Content-Type: application/json", "-H", "Authorization: Bearer sk-simulated", "-d", CURL_BODY)
    answer = output_of([*command, *headers], "curl", clean_environment(given))
    say(" ".join(answer.split())[:110] + " …")
    return EXPECTED | {"success": EXPECTED["success"] + 1}


def llmtap(folder: Path, *arguments: str) -> str:
    """Return what the `llmtap` command prints about the demo's store."""
    environment = clean_environment(
        {
            "LLMTAP_CONFIG": str(folder / "llmtap.yaml"),
            "COLUMNS": os.environ.get("COLUMNS") or str(shutil.get_terminal_size((160, 40)).columns),
            "PYTHONPATH": str(CHECKOUT / "addon"),
        }
    )
    return output_of([sys.executable, "-m", "llmtap", *arguments], "llmtap " + " ".join(arguments), environment)


def check(folder: Path, expected: dict[str, int]) -> list[dict[str, object]]:
    """Return the calls in the store; raise DemoError unless each call is there once, with its outcome."""
    calls = json.loads(llmtap(folder, "report", "--last", "100", "--json"))
    assert isinstance(calls, list)
    found = {outcome: sum(entry.get("outcome") == outcome for entry in calls) for outcome in expected}
    if found != expected or len(calls) != sum(expected.values()):
        raise DemoError(f"The store should hold {expected} and holds {found}, {len(calls)} calls in all.")
    say(f"{len(calls)} calls were made, {len(calls)} documents are stored: {found['failure']} of them of failures")
    return calls


def step(title: str) -> None:
    """Print a heading."""
    print(f"\n▸ {title}", flush=True)


def say(text: str) -> None:
    """Print something under the heading."""
    print(textwrap.indent(text.rstrip(), "  "), flush=True)


def command_line(name: str) -> str:
    """Return how a user in this folder calls an installed program: by name when it is on PATH, else by its path."""
    path = Path(program(name))
    if shutil.which(name) == str(path):
        return name
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def next_steps(seconds: float) -> None:
    """Print the three next steps a user would take."""
    llmtap_path, mitmdump_path = command_line("llmtap"), command_line("mitmdump")
    print(f"""
The demo took {seconds:.0f} s and left nothing running. Next:

  1. See what your own program calls:
       {llmtap_path} run -- python your_app.py
  2. Run it as a service, and send any program through it:
       {mitmdump_path} -s addon/tap.py --listen-host 127.0.0.1
       eval "$({llmtap_path} env)" && python your_app.py
  3. Send the documents to Elasticsearch: two lines in ~/.config/llmtap/llmtap.yaml, then one command
       elasticsearch:
         url: https://localhost:9200
       {llmtap_path} setup elasticsearch""")


if __name__ == "__main__":
    sys.exit(main())
