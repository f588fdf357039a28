"""Tables of other programs: their headers, delimiters and encodings, and columns that a person names."""

import pytest

from calendar_service.parsers.importing.candidates import UnfitSource
from calendar_service.parsers.importing.formats import read_source
from calendar_service.parsers.importing.to_yaml import print_records
from tests.support.importing import OWN_HEAD, comments, point, run

SPAN = ("event", "TimeSpan", "2027-05-13T08:00:00Z", "2027-05-13T09:30:00Z")
DAYS = ("event", "DaySpan", "2027-05-12T22:00:00Z", "2027-05-14T22:00:00Z")
GOOGLE = "Subject,Start Date,Start Time,End Date,End Time,All Day Event,Description,Location,Private\n"
OUTLOOK = '"Subject","Start Date","Start Time","End Date","End Time","All day event","Reminder on/off","Location"\n'
FRENCH = "Titre;Date de début;Heure de début;Date de fin;Heure de fin;Lieu\n"

TABLES = {
    "Google": (f"{GOOGLE}Talk,05/13/2027,10:00 AM,05/13/2027,11:30 AM,False,About it,Ghent,True\n", SPAN),
    "Google, whole days": (f"{GOOGLE}Talk,05/13/2027,,05/14/2027,,True,About it,Ghent,\n", DAYS),
    "Outlook": (f'{OUTLOOK}"Talk","13/5/2027","10:00:00","13/5/2027","11:30:00","False","True","Ghent"\n', SPAN),
    "French semicolons": (f"{FRENCH}Talk;13/05/2027;10:00;13/05/2027;11:30;Ghent\n", SPAN),
    "tabs": ("Event\tDate\tWhere\nTalk\t13 May 2027, 10:00-11:30\tGhent\n", SPAN),
}  # fmt: skip
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "latin-1"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(("table", "when"), TABLES.values(), ids=TABLES)
def test_table_of_another_program(table, when, encoding):
    data = table.replace("Talk", "Été").encode(encoding)
    representation, (record,) = run(data, "table.csv")
    assert (record.title, point(record), record.place.name) == ({"en": "Été"}, when, {"en": "Ghent"})
    assert any("columns are taken so: " in line for line in comments(representation))
    assert any("was read as Windows-1252" in line for line in comments(representation)) == (encoding == "latin-1")


def test_mapping_is_printed():
    representation, _ = run(TABLES["Google"][0], "table.csv")
    assert comments(representation)[0] == (
        "Line 1, left out: nothing, but columns are taken so: Subject=title, Start Date=start_day, "
        "Start Time=start_time, End Date=end_day, End Time=end_time, All Day Event=all_day, Description=summary, "
        "Location=place, Private=(left out)."
    )


def test_columns_that_a_person_names():
    table = b"What is on,Day,Text\nTalk,13 May 2027,Inside\n"
    with pytest.raises(UnfitSource, match="none is a title"):
        read_source(table, "a.csv", None, None)
    columns = {"What is on": "title", "Day": "when", "text": ""}
    printed = print_records(read_source(table, "a.csv", None, None, columns), None)
    assert "title: Talk\n    when: 13 May 2027\n" in printed.yaml
    assert "Inside" not in printed.yaml


@pytest.mark.parametrize("columns", [{"None": "title"}, {"Day": "noon"}])
def test_mistakes_in_a_mapping_are_refused(columns):
    with pytest.raises(UnfitSource, match="--map names a"):
        read_source(b"Title,Day\nTalk,3 May 2027\n", "a.csv", None, None, columns)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("title,when\nBad,soon\n", "Row 2, column when: when: 'soon' is not understood."),
        ("Titre;Date de début\nMal;32/13/2027\n", "Row 2, column Date de début: when: 13 is not a month."),
        ("title,when\nBad,\n", "Row 2, column when: it has no date."),
        ("title,when\n,3 May 2027\n", "Row 2, column title: it has no title."),
        ("Type,title,when\nparty,Bad,3 May 2027\n", "Row 2, column Type: kind: it must be one of"),
        ("title,when,Web page\nBad,3 May 2027,ftp://x\n", "Row 2, column Web page: left out, not an https address: ftp://x"),
        ("title,when,closes\nBad,3 May 2027,4 May 2027\n", "Row 2, column closes: it has both `when` and `closes`."),
        (f"{OWN_HEAD}a,event,confirmed,Bad,starts,soon,,Europe/Paris,x,,\n", "Row 2, column at: not understood when starts is."),
    ],
)  # fmt: skip
def test_errors_name_row_and_column(table, said):
    representation, _ = run(table, "a.csv")
    assert [text for line, text in representation.comments if line == 2 and said in text]


def test_day_and_month_that_may_be_changed_are_not_guessed():
    representation, records = run(f"{GOOGLE}Talk,05/03/2027,10:00 AM,05/03/2027,11:30 AM,False,,,\n", "a.csv")
    assert (records, representation.failed) == ((), 1)
