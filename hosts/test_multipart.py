"""What is said of a file in a form, row by row: Django's parser, Werkzeug's and the server beside one another.

Where the two agree, the server says the same; where they do not, the row says which of them it follows, and why.
"""

import base64
import dataclasses
import io
from urllib.parse import quote, unquote

import django.conf
import jwt
import pytest
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http.multipartparser import MultiPartParser
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from bench.beseda import bearer
from bench.pages import settings

SECRET = "a secret of thirty-two bytes, or more"
ORDER = 17
NAME = "отчёт за май.pdf"
CODED = quote(NAME)
MIME = base64.b64encode(NAME.encode()).decode()
BYTES = "строка\r\n--\r\n".encode()
MARK = "----a-boundary"

# What a reader makes of a part of which nothing arrives.
NOTHING = None
# The form is refused with 400.
REFUSED = 400
# As the reader before says.
SAME = object()


@dataclasses.dataclass
class Row:
    """A part as it is sent, and what each reader says of it: a field's name, a file's name, the bytes. Without `werkzeug`
    and `ours`, all three say what `django` does."""

    what: str
    head: bytes | str
    django: tuple | None
    werkzeug: object = SAME
    ours: object = SAME
    why: str = ""
    sent: bytes = BYTES
    media: str = f"multipart/form-data; boundary={MARK}"
    mark: str = MARK

    def __post_init__(self):
        if self.werkzeug is SAME:
            self.werkzeug = self.django
        if self.ours is SAME:
            self.ours = self.django

    def body(self, *before):
        """The part, after texts of other fields."""
        head = self.head.encode() if isinstance(self.head, str) else self.head
        texts = [(f'Content-Disposition: form-data; name="{name}"'.encode(), text.encode()) for name, text in before]
        parts = [b"--%s\r\n%s\r\n\r\n%s\r\n" % (self.mark.encode(), *part) for part in (*texts, (head, self.sent))]
        return b"".join(parts) + b"--%s--\r\n" % self.mark.encode()


def said(disposition):
    """The header of a part."""
    return f"Content-Disposition: form-data; {disposition}"


def file(name=NAME, sent=BYTES):
    """A file in the field `file`."""
    return ("file", name, sent)


PLAIN = said('name="file"; filename="a.txt"')
AS_DJANGO = "as Django: what the sender calls the file is there, and Werkzeug misses it"

ROWS = [
    # What clients write today.
    Row("a browser", said(f'name="file"; filename="{NAME}"'), file()),
    Row("requests, httpx, axios, curl", said(f'name="file"; filename="{NAME}"') + "\r\nContent-Type: x/y", file()),
    Row("requests with urllib3 before 1.25", said(f"name=\"file\"; filename*=utf-8''{CODED}"), file()),
    Row(
        ".NET",
        said(f"name=file; filename=\"=?utf-8?B?{MIME}?=\"; filename*=utf-8''{CODED}"),
        file(),
    ),
    Row(".NET, a name in ASCII", said("name=file; filename=a.pdf; filename*=utf-8''a.pdf"), file("a.pdf")),
    Row(
        ".NET, where a header was put together by hand",
        said(f'name=file; filename="=?utf-8?B?{MIME}?="'),
        file(f"=?utf-8?B?{MIME}?="),
        ours=file(),
        why="neither: the word is the name as .NET writes it (RFC 2047), and nobody calls a file so",
    ),
    # Ways to say it.
    Row("the extended name alone and first", said(f"filename*=UTF-8''{CODED}; name=\"file\""), file()),
    Row(
        "both names, the extended one last",
        said(f"name=\"file\"; filename=\"x.pdf\"; filename*=UTF-8''{CODED}"),
        file(),
    ),
    Row(
        "both names, the extended one first",
        said(f"name=\"file\"; filename*=UTF-8''{CODED}; filename=\"x.pdf\""),
        file(),
        werkzeug=file("x.pdf"),
        why="as Django and RFC 6266 §4.3: the extended name is the better one, wherever it stands",
    ),
    Row(
        "the extended name in pieces",
        said("name=\"file\"; filename*0*=utf-8''%D0%BE%D1%82; filename*1*=%D1%87.txt"),
        file("отч.txt"),
    ),
    Row("the extended name in Latin-1", said("name=\"file\"; filename*=iso-8859-1''caf%E9.txt"), file("café.txt")),
    Row(
        "the extended name in another encoding",
        said("name=\"file\"; filename*=windows-1251''%EE%F2%F7%B8%F2.txt"),
        file("отчёт.txt"),
        werkzeug=file("%EE%F2%F7%B8%F2.txt"),
        why="as Django: the encoding is said",
    ),
    Row(
        "the extended name in quotes",
        said(f"name=\"file\"; filename*=\"utf-8''{CODED}\""),
        file(),
        werkzeug=file(f"\"utf-8''{CODED}\""),
        why="as Django: the quotes are too many, and what stands in them is plain",
    ),
    Row("names in any case", 'content-disposition: Form-Data; NAME="file"; FileName="a.txt"', file("a.txt")),
    Row("two names, one after the other", said('name="file"; filename="a.txt"; filename="b.txt"'), file("b.txt")),
    Row("no quotes", said("name=file; filename=a.txt"), file("a.txt")),
    Row(
        "no quotes, a name with spaces",
        said("name=file; filename=a b.txt"),
        file("a b.txt"),
        werkzeug=file("a"),
        why=AS_DJANGO,
    ),
    Row(
        "no quotes, a Russian name",
        said("name=file; filename=отчёт.txt"),
        file("отчёт.txt"),
        werkzeug=("file", None, BYTES),
        why=AS_DJANGO,
    ),
    Row(
        "spaces around the sign",
        said('name = "file" ; filename = "a.txt"'),
        file("a.txt"),
        werkzeug=(None, None, BYTES),
        why=AS_DJANGO,
    ),
    # What stands between quotes.
    Row("a semicolon within", said('name="file"; filename="a; b.txt"'), file("a; b.txt")),
    Row("another name within", said('name="file"; filename="a; name=b; c.txt"'), file("a; name=b; c.txt")),
    Row("another name within, first", said('filename="x name=y.txt"; name="file"'), file("x name=y.txt")),
    Row(
        "quotes as browsers and curl since 7.81 write them",
        said('name="file"; filename="a %22b%22.txt"'),
        file("a %22b%22.txt"),
        werkzeug=file('a "b".txt'),
        ours=file("a b.txt"),
        why="as Werkzeug: %22 is a quote. No name of ours has one, since Windows can keep none",
    ),
    Row(
        "quotes as older curl and `--form-escape` write them",
        said(r'name="file"; filename="a \"b\".txt"'),
        file('a "b".txt'),
        ours=file("a b.txt"),
        why="the same; but no name of ours has a quote",
    ),
    Row(
        "quotes that nobody marked",
        said('name="file"; filename="a "b" c.txt"'),
        file('a "b" c.txt'),
        werkzeug=file("a "),
        ours=file("a b c.txt"),
        why="as Django: a quote within ends nothing unless `;` or nothing follows. No name of ours has one",
    ),
    Row("percents that are no quote", said('name="file"; filename="100%25 %D0.txt"'), file("100%25 %D0.txt")),
    Row(
        "a path of Windows",
        said(r'name="file"; filename="C:\docs\new.txt"'),
        file("new.txt"),
        werkzeug=file("C:docsnew.txt"),
        why="as Django: browsers write backslashes as they are; and the last part of a path",
    ),
    Row(
        "an escaped backslash",
        said(r'name="file"; filename="C:\\docs\\new.txt"'),
        file("new.txt"),
        werkzeug=file(r"C:\docs\new.txt"),
        why="as Django: the last part of a path",
    ),
    Row(
        "a path",
        said('name="file"; filename="../../etc/passwd"'),
        file("passwd"),
        werkzeug=file("../../etc/passwd"),
        why="as Django: the last part of a path",
    ),
    # Letters.
    Row(
        "UTF-8 that was read as CP1252 and written again",
        said('name="file"; filename="Ð¿Ñ€Ð¸Ð²ÐµÑ‚.txt"'),
        file("Ð¿Ñ€Ð¸Ð²ÐµÑ‚.txt"),
    ),
    Row(
        "Persian with a ZWNJ",
        said('name="file"; filename="می\u200cخواهم.txt"'),
        file("میخواهم.txt"),
        werkzeug=file("می\u200cخواهم.txt"),
        ours=file("می\u200cخواهم.txt"),
        why="as Werkzeug: it is another word without it",
    ),
    Row(
        "a pictograph with a ZWJ",
        said('name="file"; filename="👩\u200d🔧.txt"'),
        file("👩🔧.txt"),
        werkzeug=file("👩\u200d🔧.txt"),
        ours=file("👩\u200d🔧.txt"),
        why="as Werkzeug: it is another sign without it",
    ),
    Row(
        "what turns text around",
        said('name="file"; filename="gpj.\u202eexe.txt"'),
        file("gpj.exe.txt"),
        werkzeug=file("gpj.\u202eexe.txt"),
        why="as Django: a name must not look like another one",
    ),
    Row(
        "bytes of CP1251",
        said('name="file"; filename="').encode() + "отчёт".encode("cp1251") + b'.txt"',
        NOTHING,
        ours=file("\ufffd\ufffd\ufffd\ufffd\ufffd.txt"),
        why="neither: both lose the file, and the file is what counts. In which encoding its name is, nobody said",
    ),
    Row(
        "references to characters",
        said('name="file"; filename="&#1103;.txt"'),
        file("я.txt"),
        werkzeug=file("&#1103;.txt"),
        ours=file("&#1103;.txt"),
        why="as Werkzeug: a file may be called so, and what is sent today is UTF-8",
    ),
    # What is no file, and what is none any more.
    Row("a text", said('name="message"'), ("message", None, b"\xd1\x8f"), sent="я".encode()),
    Row("a text by an extended name", said("name*=utf-8''message"), ("message", None, b"hi"), sent=b"hi"),
    Row(
        "a field in which no file was chosen",
        said('name="file"; filename=""'),
        ("file", None, b""),
        werkzeug=file("", b""),
        ours=NOTHING,
        why="neither: a file without a name and bytes is none",
        sent=b"",
    ),
    Row(
        "a part without a name",
        said('filename="a.txt"'),
        NOTHING,
        werkzeug=(None, "a.txt", BYTES),
        ours=REFUSED,
        why="neither: it is said that something is wrong",
    ),
    Row(
        "a header on two lines",
        said(f'name="file";\r\n filename="{NAME}"'),
        ("file", None, BYTES),
        werkzeug=file(),
        ours=REFUSED,
        why="neither: RFC 9112 §5.2 has no such lines any more, and it is said that something is wrong",
    ),
    Row(
        "base64",
        said('name="file"; filename="a.txt"') + "\r\nContent-Transfer-Encoding: base64",
        file("a.txt", b"hello"),
        werkzeug=file("a.txt", b"aGVsbG8="),
        ours=file("a.txt", b"aGVsbG8="),
        why="as Werkzeug and RFC 7578 §4.7: the bytes are those that were sent",
        sent=b"aGVsbG8=",
    ),
    # The mark between the parts.
    Row("a mark in quotes", PLAIN, file("a.txt"), media='multipart/form-data; boundary="a mark"', mark="a mark"),
    Row(
        "a mark by a name in any case",
        PLAIN,
        file("a.txt"),
        media="multipart/form-data; charset=utf-8; Boundary=Mark",
        mark="Mark",
    ),
    Row(
        "a mark with a sign, without quotes",
        PLAIN,
        file("a.txt"),
        werkzeug=NOTHING,
        why="as Django: clients in Java leave the quotes out",
        media="multipart/form-data; boundary=----=_Part_1_2.3",
        mark="----=_Part_1_2.3",
    ),
    Row("a space before `;`", PLAIN, file("a.txt"), media="multipart/form-data ; boundary=x", mark="x"),
]


@pytest.fixture(scope="module", autouse=True)
def configured():
    """Django reads a form by its settings."""
    django.conf.settings.configure()


@pytest.fixture(scope="module")
def chat(bench):
    """A room, and who writes in it."""
    files = {"shared-secret": SECRET}
    no_rates = "limits.uploads_per_minute = 0\nlimits.sends_per_second = 0\n"
    beseda = bench.beseda(no_rates + settings("README.md", "Put it into your application"), files)
    proof = bearer(jwt.encode({"sub": "7", "exp": 2**33}, SECRET, "HS256"))
    beseda.put_order(ORDER, client=beseda.who(proof)["id"])
    opened = beseda.http.post("/api/chat/rooms/create_for_order/", json={"order_id": ORDER}, headers=proof)
    return beseda, proof, opened.json()["id"]


def of_django(row):
    """The part as Django's parser has it."""
    body = row.body()
    asked = {"CONTENT_TYPE": row.media, "CONTENT_LENGTH": len(body)}
    texts, files = MultiPartParser(asked, io.BytesIO(body), [MemoryFileUploadHandler()], "utf-8").parse()
    found = [(name, file.name, file.read()) for name, (file,) in files.lists()]
    return (found + [(name, None, text.encode()) for name, text in texts.items()] or [NOTHING])[0]


def of_werkzeug(row):
    """The part as Werkzeug's parser has it."""
    body = row.body()
    essence, options = parse_options_header(row.media)
    _, texts, files = FormDataParser().parse(io.BytesIO(body), essence.lower(), len(body), options)
    found = [(name, file.filename, file.read()) for name, file in files.items()]
    return (found + [(name, None, text.encode()) for name, text in texts.items()] or [NOTHING])[0]


def of_ours(row, beseda, proof, room):
    """The part as a message shows that was sent with it."""
    # Without a file there are words, or there is nothing to send.
    text = [("message", "words")] if row.ours is NOTHING else []
    body = row.body(("room", str(room)), *text)
    answer = beseda.http.post("/api/chat/messages/", content=body, headers={**proof, "Content-Type": row.media})
    if answer.status_code != 201:
        assert "detail" in answer.json(), answer.text
        return answer.status_code
    message = answer.json()
    if message["file"] is None:
        return NOTHING if text else ("message", None, message["message"].encode())
    fetched = beseda.http.get(message["file"], headers=proof)
    assert fetched.status_code == 200, fetched.text
    return ("file", unquote(message["file"].rsplit("/", 1)[1]), fetched.content)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_a_part_is_read_as_django_and_werkzeug_read_it(chat, row):
    assert of_django(row) == row.django
    assert of_werkzeug(row) == row.werkzeug
    assert of_ours(row, *chat) == row.ours


def test_every_difference_is_explained():
    differ = [row for row in ROWS if not row.django == row.werkzeug == row.ours]
    assert [row.what for row in ROWS if row.why] == [row.what for row in differ]
