"""`python -m llmtap` is `llmtap`."""

from llmtap.cli import main

if __name__ == "__main__":
    main()
