"""/api/v1/records: the whole answer for the rich file, and the contract's keys."""

import json
import os
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden" / "feeds" / "records.json"
INSTANT_FORM = "%Y-%m-%dT%H:%M:%SZ"


def test_whole_answer(rich):
    response = rich.get("/api/v1/records?from=2005-01-01&to=2028-12-31")
    assert response.content_type == "application/json"
    answer = response.json
    if os.environ.get("REWRITE_GOLDEN"):
        GOLDEN.write_text(json.dumps(answer, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert answer == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_every_record_and_moment_has_the_keys_of_the_contract(rich):
    answer = rich.get("/api/v1/records?from=2005-01-01").json
    assert answer["edition"] == 3
    for record in answer["records"]:
        assert {"id", "kind", "status", "sequence", "title", "url", "moments"} <= set(record)
        assert record["moments"]
        for moment in record["moments"]:
            assert {"name", "zone", "words"} <= set(moment)
            assert ("at" in moment) != ("date" in moment)
            assert moment["words"]


def moments(answer, name):
    (found,) = (each for each in answer["records"] if each["id"] == name)
    return [(each["name"], each.get("at") or each.get("date"), each.get("status")) for each in found["moments"]]


def test_moved_and_cancelled_occurrences(rich):
    answer = rich.get("/api/v1/records?id=weekly-clinic").json
    assert moments(answer, "weekly-clinic")[:8] == [
        ("starts", "2027-10-05T09:00:00Z", None),
        ("ends", "2027-10-05T10:00:00Z", None),
        ("starts", "2027-10-12T09:00:00Z", None),
        ("ends", "2027-10-12T10:00:00Z", None),
        ("starts", "2027-10-27T13:00:00Z", None),
        ("ends", "2027-10-27T14:30:00Z", None),
        ("starts", "2027-11-02T10:00:00Z", "cancelled"),
        ("ends", "2027-11-02T11:00:00Z", "cancelled"),
    ]
    words = {each["occurrence"]: each["words"] for each in answer["records"][0]["moments"]}
    assert words["2027-10-26"] == "27 October 2027 at 15.00-16.30 CET"
    assert words["2027-10-12"] == "5 October 2027 at 11.00-12.00 CET"


def test_a_tender_names_each_of_its_moments(rich):
    assert moments(rich.get("/api/v1/records?id=charts-tender").json, "charts-tender") == [
        ("questions_by", "2027-03-01T11:00:00Z", None),
        ("closes", "2027-03-15T16:00:00Z", None),
        ("opens", "2027-03-16T09:00:00Z", None),
        ("award_expected", "2027-04-30", None),
    ]


def test_sequence_and_title_are_those_of_the_feed(rich):
    answer = rich.get("/api/v1/records?lang=fr&id=extended-tender,cancelled-conference").json
    assert [(each["id"], each["sequence"], each["status"], each["title"]) for each in answer["records"]] == [
        ("extended-tender", 2, "confirmed", "Évaluation du programme"),
        ("cancelled-conference", 1, "cancelled", "Conférence sur le logement"),
    ]
