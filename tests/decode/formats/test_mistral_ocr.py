"""Pages: text out of a document, billed by the page."""

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import mistral_ocr
from llmtap.decode.inference import Part, Usage
from tests.decode.formats.laws import whole


def test_what_the_document_says_as_a_whole() -> None:
    """An annotation stands behind the pages; a page without words is none."""
    said = whole(mistral_ocr, {"pages": [{"markdown": "a"}, {"markdown": ""}, {}], "document_annotation": "b"})
    assert [part.text for part in said.messages[0].parts] == ["a", "b"]
    assert said.usage is None


def test_pages_are_counted_by_the_provider() -> None:
    """Never by us: not every page that was processed is in the answer."""
    answer = Answer()
    assert not mistral_ocr.merge(answer, Event(b'{"pages":[],"usage_info":{"pages_processed":4}}'))
    assert answer.usage == Usage(pages=4)
    assert whole(mistral_ocr, {"pages": [], "usage_info": {"pages_processed": -1}}).usage is None


def test_a_description_has_its_price() -> None:
    """Of the document, or of a picture in it: all its pages are annotated."""
    counted = {"usage_info": {"pages_processed": 2}}
    described = {"pages": [{"images": [{"image_annotation": "{}"}]}], **counted}
    assert whole(mistral_ocr, described).usage == Usage(pages=2, annotated_pages=2)
    assert whole(mistral_ocr, {"pages": [], "document_annotation": "{}", **counted}).usage == Usage(
        pages=2, annotated_pages=2
    )
    assert whole(mistral_ocr, {"pages": [{"images": [{}]}], **counted}).usage == Usage(pages=2)
    stated = {"pages_processed": 3, "pages_processed_annotation": 1}
    assert whole(mistral_ocr, {"pages": [], "usage_info": stated}).usage == Usage(pages=3, annotated_pages=1)


def test_a_layout_is_one_text() -> None:
    """Zhipu's, which counts tokens beside the pages; a file is a medium."""
    usage = {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}
    body = {"id": "o", "model": "glm-ocr", "md_results": "# Calm", "data_info": {"num_pages": 2}, "usage": usage}
    said = whole(mistral_ocr, body)
    assert (said.id, said.model, said.usage) == ("o", "glm-ocr", Usage(9, 4, pages=2))
    assert said.messages[0].parts == (Part("text", "# Calm"),)
    assert whole(mistral_ocr, {"md_results": ""}).usage is None
    assert mistral_ocr.read_request(b'{"file":"https://x"}').messages[0].parts == (Part("media", "*"),)
