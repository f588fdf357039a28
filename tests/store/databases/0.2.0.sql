-- A database as version 0.2.0 left it (migration 0010), made by its own code from 0.2.0.yaml, dumped by SQLite. A time
-- without a zone was then in the calendar's zone. It has two editions, since a deadline has moved, and the reminders that
-- were sent to two subscribers up to 2027-01-16. Its secret key is forty times "k".
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0010');
CREATE TABLE attempts (
	id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	file VARCHAR(500) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	outcome VARCHAR(20) NOT NULL, 
	reasons JSON NOT NULL, 
	CONSTRAINT pk_attempts PRIMARY KEY (id)
);
INSERT INTO "attempts" VALUES(1,'2027-01-02 08:00:00.000000','calendar.yaml','6ac677166a2fcbc85c8ef646452995c87551f3a2fe60768b745ef9094f47fbbc','published','[]');
INSERT INTO "attempts" VALUES(2,'2027-01-05 08:00:00.000000','calendar.yaml','0de93dc6c5fbcadb86b548da571905cd6d809e20dd6146b0c0b0b86dd7a45efe','published','[]');
CREATE TABLE deliveries (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	occasion_id INTEGER NOT NULL, 
	subscriber_id INTEGER, 
	signup_id INTEGER, 
	bundle VARCHAR(40) DEFAULT '' NOT NULL, 
	state VARCHAR(10) NOT NULL, 
	reason VARCHAR(200) DEFAULT '' NOT NULL, 
	due_at DATETIME NOT NULL, 
	next_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	worker_id INTEGER, 
	settled_at DATETIME, 
	CONSTRAINT fk_deliveries_occasion_id FOREIGN KEY(occasion_id) REFERENCES occasions (id), 
	CONSTRAINT fk_deliveries_signup_id FOREIGN KEY(signup_id) REFERENCES signups (id) ON DELETE SET NULL, 
	CONSTRAINT fk_deliveries_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id) ON DELETE SET NULL
);
INSERT INTO "deliveries" VALUES(1,10,1,NULL,'','sent','','2027-01-05 20:00:00.000000','2027-01-05 20:00:00.000000','2027-01-07 20:00:00.000000',1,NULL,'2027-01-05 20:00:00.000000');
INSERT INTO "deliveries" VALUES(2,10,2,NULL,'','sent','','2027-01-05 20:00:00.000000','2027-01-05 20:00:00.000000','2027-01-07 20:00:00.000000',1,NULL,'2027-01-05 20:00:00.000000');
INSERT INTO "deliveries" VALUES(3,11,1,NULL,'','sent','','2027-01-06 08:00:00.000000','2027-01-06 08:00:00.000000','2027-01-20 08:00:00.000000',1,NULL,'2027-01-06 08:00:00.000000');
INSERT INTO "deliveries" VALUES(4,12,1,NULL,'','sent','','2027-01-06 11:00:00.000000','2027-01-06 11:00:00.000000','2027-01-20 11:00:00.000000',1,NULL,'2027-01-06 11:00:00.000000');
INSERT INTO "deliveries" VALUES(5,13,1,NULL,'','sent','','2027-01-06 11:00:00.000000','2027-01-06 11:00:00.000000','2027-01-20 11:00:00.000000',1,NULL,'2027-01-06 11:00:00.000000');
INSERT INTO "deliveries" VALUES(6,12,2,NULL,'','sent','','2027-01-06 11:00:00.000000','2027-01-06 11:00:00.000000','2027-01-20 11:00:00.000000',1,NULL,'2027-01-06 11:00:00.000000');
INSERT INTO "deliveries" VALUES(7,13,2,NULL,'','sent','','2027-01-06 11:00:00.000000','2027-01-06 11:00:00.000000','2027-01-20 11:00:00.000000',1,NULL,'2027-01-06 11:00:00.000000');
INSERT INTO "deliveries" VALUES(8,14,2,NULL,'','sent','','2027-01-07 00:00:00.000000','2027-01-07 00:00:00.000000','2027-01-21 22:59:59.000000',1,NULL,'2027-01-07 00:00:00.000000');
INSERT INTO "deliveries" VALUES(9,14,1,NULL,'','sent','','2027-01-07 08:00:00.000000','2027-01-07 08:00:00.000000','2027-01-21 22:59:59.000000',1,NULL,'2027-01-07 08:00:00.000000');
INSERT INTO "deliveries" VALUES(10,15,2,NULL,'','sent','','2027-01-10 11:00:00.000000','2027-01-10 11:00:00.000000','2027-01-20 11:00:00.000000',1,NULL,'2027-01-10 11:00:00.000000');
INSERT INTO "deliveries" VALUES(11,16,2,NULL,'','sent','','2027-01-10 11:00:00.000000','2027-01-10 11:00:00.000000','2027-01-20 11:00:00.000000',1,NULL,'2027-01-10 11:00:00.000000');
INSERT INTO "deliveries" VALUES(12,17,2,NULL,'','sent','','2027-01-11 00:00:00.000000','2027-01-11 00:00:00.000000','2027-01-21 22:59:59.000000',1,NULL,'2027-01-11 00:00:00.000000');
INSERT INTO "deliveries" VALUES(13,18,1,NULL,'','sent','','2027-01-11 08:00:00.000000','2027-01-11 08:00:00.000000','2027-01-25 22:59:59.000000',1,NULL,'2027-01-11 08:00:00.000000');
INSERT INTO "deliveries" VALUES(14,19,1,NULL,'','sent','','2027-01-12 08:00:00.000000','2027-01-12 08:00:00.000000','2027-01-13 08:00:00.000000',1,NULL,'2027-01-12 08:00:00.000000');
INSERT INTO "deliveries" VALUES(15,20,1,NULL,'','sent','','2027-01-14 08:00:00.000000','2027-01-14 08:00:00.000000','2027-01-28 08:00:00.000000',1,NULL,'2027-01-14 08:00:00.000000');
INSERT INTO "deliveries" VALUES(16,21,1,NULL,'','sent','','2027-01-15 08:00:00.000000','2027-01-15 08:00:00.000000','2027-01-29 08:00:00.000000',1,NULL,'2027-01-15 08:00:00.000000');
INSERT INTO "deliveries" VALUES(17,22,1,NULL,'','sent','','2027-01-15 09:00:00.000000','2027-01-15 09:00:00.000000','2027-01-29 09:00:00.000000',1,NULL,'2027-01-15 09:00:00.000000');
INSERT INTO "deliveries" VALUES(18,23,1,NULL,'','sent','','2027-01-15 09:00:00.000000','2027-01-15 09:00:00.000000','2027-01-29 09:00:00.000000',1,NULL,'2027-01-15 09:00:00.000000');
INSERT INTO "deliveries" VALUES(19,24,1,NULL,'','sent','','2027-01-15 09:00:00.000000','2027-01-15 09:00:00.000000','2027-01-29 09:00:00.000000',1,NULL,'2027-01-15 09:00:00.000000');
INSERT INTO "deliveries" VALUES(20,25,1,NULL,'','sent','','2027-01-15 09:00:00.000000','2027-01-15 09:00:00.000000','2027-01-29 09:00:00.000000',1,NULL,'2027-01-15 09:00:00.000000');
INSERT INTO "deliveries" VALUES(21,23,2,NULL,'','sent','','2027-01-15 09:00:00.000000','2027-01-15 09:00:00.000000','2027-01-29 09:00:00.000000',1,NULL,'2027-01-15 09:00:00.000000');
INSERT INTO "deliveries" VALUES(22,26,1,NULL,'','sent','','2027-01-15 17:00:00.000000','2027-01-15 17:00:00.000000','2027-01-29 17:00:00.000000',1,NULL,'2027-01-15 17:00:00.000000');
INSERT INTO "deliveries" VALUES(23,26,2,NULL,'','sent','','2027-01-15 17:00:00.000000','2027-01-15 17:00:00.000000','2027-01-29 17:00:00.000000',1,NULL,'2027-01-15 17:00:00.000000');
CREATE TABLE editions (
	number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	published_at DATETIME NOT NULL, 
	calendar JSON NOT NULL, 
	tz_database VARCHAR(20) NOT NULL
, digest VARCHAR(64), scheduled_from DATETIME, scheduled_at DATETIME);
INSERT INTO "editions" VALUES(1,'2027-01-02 08:00:00.000000','{"id": "example.org", "name": {"en": "Example"}, "zone": "Europe/Paris", "languages": ["en", "fr"], "reminders": ["14 days", "1 day"]}','2026f','bbbe67a518e302e155043eb261915a643341744a5629f73714958b7259be5717','2027-01-02 08:00:00.000000','2027-01-02 08:00:00.000000');
INSERT INTO "editions" VALUES(2,'2027-01-05 08:00:00.000000','{"id": "example.org", "name": {"en": "Example"}, "zone": "Europe/Paris", "languages": ["en", "fr"], "reminders": ["14 days", "1 day"]}','2026f','1631331d0121f2ab530556f330b9dddf97506806bdc8275a693571da6fb089aa','2027-01-05 19:00:00.000000','2027-01-05 20:00:00.000000');
CREATE TABLE faults (
	kind VARCHAR(20) NOT NULL, 
	"key" VARCHAR(200) NOT NULL, 
	reason VARCHAR(500) NOT NULL, 
	details JSON NOT NULL, 
	count INTEGER NOT NULL, 
	first_at DATETIME NOT NULL, 
	last_at DATETIME NOT NULL, 
	retry_at DATETIME, 
	mailed_at DATETIME, 
	CONSTRAINT pk_faults PRIMARY KEY (kind, "key")
);
CREATE TABLE firings (
	group_id INTEGER NOT NULL, 
	occasion_id INTEGER NOT NULL, 
	bundle VARCHAR(40) NOT NULL, 
	due_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	fired_at DATETIME NOT NULL, 
	outcome VARCHAR(10) NOT NULL, 
	readers INTEGER NOT NULL, 
	CONSTRAINT pk_firings PRIMARY KEY (group_id, occasion_id, bundle), 
	CONSTRAINT fk_firings_group_id FOREIGN KEY(group_id) REFERENCES groups (id), 
	CONSTRAINT fk_firings_occasion_id FOREIGN KEY(occasion_id) REFERENCES occasions (id)
)
 WITHOUT ROWID

;
INSERT INTO "firings" VALUES(1,1,'','2027-01-02 08:00:00.000000','2027-01-04 08:00:00.000000','2027-01-02 08:00:00.000000','fired',0);
INSERT INTO "firings" VALUES(1,2,'','2027-01-02 08:00:00.000000','2027-01-04 08:00:00.000000','2027-01-02 08:00:00.000000','fired',0);
INSERT INTO "firings" VALUES(1,3,'','2027-01-02 08:00:00.000000','2027-01-04 08:00:00.000000','2027-01-02 08:00:00.000000','fired',0);
INSERT INTO "firings" VALUES(1,4,'','2027-01-02 08:00:00.000000','2027-01-04 08:00:00.000000','2027-01-02 08:00:00.000000','fired',0);
INSERT INTO "firings" VALUES(1,5,'','2027-01-02 08:00:00.000000','2027-01-04 08:00:00.000000','2027-01-02 08:00:00.000000','fired',0);
INSERT INTO "firings" VALUES(1,6,'','2027-01-02 08:00:00.000000','2027-01-04 08:00:00.000000','2027-01-02 08:00:00.000000','fired',0);
INSERT INTO "firings" VALUES(1,7,'','2027-01-02 08:00:00.000000','2027-01-04 08:00:00.000000','2027-01-02 08:00:00.000000','fired',0);
INSERT INTO "firings" VALUES(1,8,'','2027-01-02 08:00:00.000000','2027-01-04 08:00:00.000000','2027-01-02 08:00:00.000000','fired',0);
INSERT INTO "firings" VALUES(2,10,'','2027-01-05 20:00:00.000000','2027-01-07 20:00:00.000000','2027-01-05 20:00:00.000000','fired',1);
INSERT INTO "firings" VALUES(3,9,'','2027-01-02 08:00:00.000000','2027-01-13 08:00:00.000000','2027-01-02 08:00:00.000000','fired',0);
INSERT INTO "firings" VALUES(3,11,'','2027-01-06 08:00:00.000000','2027-01-20 08:00:00.000000','2027-01-06 08:00:00.000000','fired',1);
INSERT INTO "firings" VALUES(3,12,'','2027-01-06 11:00:00.000000','2027-01-20 11:00:00.000000','2027-01-06 11:00:00.000000','fired',1);
INSERT INTO "firings" VALUES(3,13,'','2027-01-06 11:00:00.000000','2027-01-20 11:00:00.000000','2027-01-06 11:00:00.000000','fired',1);
INSERT INTO "firings" VALUES(3,14,'','2027-01-07 08:00:00.000000','2027-01-21 22:59:59.000000','2027-01-07 08:00:00.000000','fired',1);
INSERT INTO "firings" VALUES(3,18,'','2027-01-11 08:00:00.000000','2027-01-25 22:59:59.000000','2027-01-11 08:00:00.000000','fired',1);
INSERT INTO "firings" VALUES(3,19,'','2027-01-12 08:00:00.000000','2027-01-13 08:00:00.000000','2027-01-12 08:00:00.000000','fired',1);
INSERT INTO "firings" VALUES(3,20,'','2027-01-14 08:00:00.000000','2027-01-28 08:00:00.000000','2027-01-14 08:00:00.000000','fired',1);
INSERT INTO "firings" VALUES(3,21,'','2027-01-15 08:00:00.000000','2027-01-29 08:00:00.000000','2027-01-15 08:00:00.000000','fired',1);
INSERT INTO "firings" VALUES(3,22,'','2027-01-15 09:00:00.000000','2027-01-29 09:00:00.000000','2027-01-15 09:00:00.000000','fired',1);
INSERT INTO "firings" VALUES(3,23,'','2027-01-15 09:00:00.000000','2027-01-29 09:00:00.000000','2027-01-15 09:00:00.000000','fired',1);
INSERT INTO "firings" VALUES(3,24,'','2027-01-15 09:00:00.000000','2027-01-29 09:00:00.000000','2027-01-15 09:00:00.000000','fired',1);
INSERT INTO "firings" VALUES(3,25,'','2027-01-15 09:00:00.000000','2027-01-29 09:00:00.000000','2027-01-15 09:00:00.000000','fired',1);
INSERT INTO "firings" VALUES(3,26,'','2027-01-15 17:00:00.000000','2027-01-29 17:00:00.000000','2027-01-15 17:00:00.000000','fired',1);
INSERT INTO "firings" VALUES(4,2,'','2027-01-02 08:00:00.000000','2027-01-04 08:00:00.000000','2027-01-02 08:00:00.000000','fired',0);
INSERT INTO "firings" VALUES(4,4,'','2027-01-02 08:00:00.000000','2027-01-04 08:00:00.000000','2027-01-02 08:00:00.000000','fired',0);
INSERT INTO "firings" VALUES(4,6,'','2027-01-02 08:00:00.000000','2027-01-04 08:00:00.000000','2027-01-02 08:00:00.000000','fired',0);
INSERT INTO "firings" VALUES(5,10,'','2027-01-05 20:00:00.000000','2027-01-07 20:00:00.000000','2027-01-05 20:00:00.000000','fired',1);
INSERT INTO "firings" VALUES(6,15,'','2027-01-10 11:00:00.000000','2027-01-20 11:00:00.000000','2027-01-10 11:00:00.000000','fired',1);
INSERT INTO "firings" VALUES(6,16,'','2027-01-10 11:00:00.000000','2027-01-20 11:00:00.000000','2027-01-10 11:00:00.000000','fired',1);
INSERT INTO "firings" VALUES(6,17,'','2027-01-11 00:00:00.000000','2027-01-21 22:59:59.000000','2027-01-11 00:00:00.000000','fired',1);
INSERT INTO "firings" VALUES(7,12,'','2027-01-06 11:00:00.000000','2027-01-20 11:00:00.000000','2027-01-06 11:00:00.000000','fired',1);
INSERT INTO "firings" VALUES(7,13,'','2027-01-06 11:00:00.000000','2027-01-20 11:00:00.000000','2027-01-06 11:00:00.000000','fired',1);
INSERT INTO "firings" VALUES(7,14,'','2027-01-07 00:00:00.000000','2027-01-21 22:59:59.000000','2027-01-07 00:00:00.000000','fired',1);
INSERT INTO "firings" VALUES(7,23,'','2027-01-15 09:00:00.000000','2027-01-29 09:00:00.000000','2027-01-15 09:00:00.000000','fired',1);
INSERT INTO "firings" VALUES(7,26,'','2027-01-15 17:00:00.000000','2027-01-29 17:00:00.000000','2027-01-15 17:00:00.000000','fired',1);
CREATE TABLE groups (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	topic VARCHAR(10) NOT NULL, 
	selection VARCHAR(2000) NOT NULL, 
	lead VARCHAR(40) NOT NULL, 
	zone VARCHAR(64) NOT NULL, 
	country VARCHAR(2) NOT NULL, 
	digest VARCHAR(10) NOT NULL, 
	fingerprint VARCHAR(64) NOT NULL
);
INSERT INTO "groups" VALUES(1,'new','','','','','','890aa451220203bf9ba7e5cabeb26164244408cfd0804e014dccc2d29c578e14');
INSERT INTO "groups" VALUES(2,'changes','','','','','','e9176379a7f74798b2094cdcc1c17a09019fa589a84b87c269b9b84f236e4b09');
INSERT INTO "groups" VALUES(3,'reminders','','','Europe/Paris','','','eb191b9c295e91be083e2b601ad5b497d8396bde36c1131a4edce2c2c3320382');
INSERT INTO "groups" VALUES(4,'new','kind=tender','','','','','0122489bd992797dad4585df8d211e11671dc5cd639b08a475a31e767f699d0c');
INSERT INTO "groups" VALUES(5,'changes','kind=tender','','','','','18679ff27ab6aa423d9d9510e0dfa7687aa051c1be132a1fb19ccd156c75807b');
INSERT INTO "groups" VALUES(6,'reminders','kind=tender','10 days','Asia/Seoul','','','7e0e4fddc9d1a50ce199f8ef26c1d466417408514e0204bd61b1338556f51570');
INSERT INTO "groups" VALUES(7,'reminders','kind=tender','14 days','Asia/Seoul','','','c9a231ee1bf0db20a1baa5afa6f8c3dbaec1a019e1c770ba714646871584bcc7');
CREATE TABLE identity (
	id VARCHAR(32) NOT NULL, 
	sequence BIGINT NOT NULL, 
	CONSTRAINT pk_identity PRIMARY KEY (id)
);
INSERT INTO "identity" VALUES('9734dbe2f67e76913f2efbed1a554492',16);
CREATE TABLE leases (
	name VARCHAR(40) NOT NULL, 
	holder VARCHAR(200) NOT NULL, 
	clock VARCHAR(60) NOT NULL, 
	renewed_at DOUBLE NOT NULL, 
	CONSTRAINT pk_leases PRIMARY KEY (name)
);
CREATE TABLE memberships (
	group_id INTEGER NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	since DATETIME NOT NULL, 
	is_fresh BOOLEAN NOT NULL, edition INTEGER, 
	CONSTRAINT pk_memberships PRIMARY KEY (group_id, subscriber_id), 
	CONSTRAINT fk_memberships_group_id FOREIGN KEY(group_id) REFERENCES groups (id), 
	CONSTRAINT fk_memberships_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
INSERT INTO "memberships" VALUES(1,1,'2027-01-02 08:00:00.000000',0,1);
INSERT INTO "memberships" VALUES(2,1,'2027-01-02 08:00:00.000000',0,1);
INSERT INTO "memberships" VALUES(3,1,'2027-01-02 08:00:00.000000',0,1);
INSERT INTO "memberships" VALUES(4,2,'2027-01-02 08:00:00.000000',0,1);
INSERT INTO "memberships" VALUES(5,2,'2027-01-02 08:00:00.000000',0,1);
INSERT INTO "memberships" VALUES(6,2,'2027-01-02 08:00:00.000000',0,1);
INSERT INTO "memberships" VALUES(7,2,'2027-01-02 08:00:00.000000',0,1);
CREATE TABLE notes (
	name VARCHAR(100) NOT NULL, 
	value VARCHAR(200) NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_notes PRIMARY KEY (name)
);
INSERT INTO "notes" VALUES('announced','2','2027-01-05 20:00:00.000000');
INSERT INTO "notes" VALUES('passed','','2027-01-16 12:00:00.000000');
INSERT INTO "notes" VALUES('planned','','2027-01-15 20:00:00.000000');
CREATE TABLE occasions (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	kind VARCHAR(10) NOT NULL, 
	record_id VARCHAR(64) NOT NULL, 
	occurrence VARCHAR(10) NOT NULL, 
	moment VARCHAR(30) NOT NULL, 
	revision VARCHAR(100) NOT NULL, 
	lead VARCHAR(40) NOT NULL
);
INSERT INTO "occasions" VALUES(1,'notice','academy','','new','1','');
INSERT INTO "occasions" VALUES(2,'notice','bridge','','new','1','');
INSERT INTO "occasions" VALUES(3,'notice','country-only','','new','1','');
INSERT INTO "occasions" VALUES(4,'notice','labelled','','new','1','');
INSERT INTO "occasions" VALUES(5,'notice','office-hours','','new','1','');
INSERT INTO "occasions" VALUES(6,'notice','roads','','new','1','');
INSERT INTO "occasions" VALUES(7,'notice','same-clock','','new','1','');
INSERT INTO "occasions" VALUES(8,'notice','seat','','new','1','');
INSERT INTO "occasions" VALUES(9,'reminder','office-hours','2027-01-13','starts','2027-01-13T09:00:00 Europe/Paris','14 days');
INSERT INTO "occasions" VALUES(10,'notice','roads','','changed','2','');
INSERT INTO "occasions" VALUES(11,'reminder','office-hours','2027-01-20','starts','2027-01-20T09:00:00 Europe/Paris','14 days');
INSERT INTO "occasions" VALUES(12,'reminder','bridge','','questions_by','2027-01-20T12:00:00 Europe/Paris','14 days');
INSERT INTO "occasions" VALUES(13,'reminder','labelled','','questions_by','2027-01-20T12:00:00 Europe/Paris','14 days');
INSERT INTO "occasions" VALUES(14,'reminder','roads','','questions_by','2027-01-21T24:00 Europe/Paris','14 days');
INSERT INTO "occasions" VALUES(15,'reminder','bridge','','questions_by','2027-01-20T12:00:00 Europe/Paris','10 days');
INSERT INTO "occasions" VALUES(16,'reminder','labelled','','questions_by','2027-01-20T12:00:00 Europe/Paris','10 days');
INSERT INTO "occasions" VALUES(17,'reminder','roads','','questions_by','2027-01-21T24:00 Europe/Paris','10 days');
INSERT INTO "occasions" VALUES(18,'reminder','academy','','registration_closes','2027-01-25T24:00 Europe/Paris','14 days');
INSERT INTO "occasions" VALUES(19,'reminder','office-hours','2027-01-13','starts','2027-01-13T09:00:00 Europe/Paris','1 day');
INSERT INTO "occasions" VALUES(20,'reminder','office-hours','2027-01-27','starts','2027-01-28T09:00:00 Europe/Paris','14 days');
INSERT INTO "occasions" VALUES(21,'reminder','academy','','starts','2027-01-29T09:00:00 Europe/Paris','14 days');
INSERT INTO "occasions" VALUES(22,'reminder','country-only','','starts','2027-01-29T10:00:00 Europe/Paris','14 days');
INSERT INTO "occasions" VALUES(23,'reminder','labelled','','closes','2027-01-29T18:00:00 Asia/Seoul','14 days');
INSERT INTO "occasions" VALUES(24,'reminder','same-clock','','starts','2027-01-29T10:00:00 Europe/Paris','14 days');
INSERT INTO "occasions" VALUES(25,'reminder','seat','','starts','2027-01-29T10:00:00 Europe/Paris','14 days');
INSERT INTO "occasions" VALUES(26,'reminder','roads','','closes','2027-01-29T18:00:00 Europe/Paris','14 days');
CREATE TABLE revisions (
	record_id VARCHAR(64) NOT NULL, 
	number INTEGER NOT NULL, 
	edition INTEGER NOT NULL, 
	sequence INTEGER NOT NULL, 
	changed_at DATETIME NOT NULL, 
	withdrawn BOOLEAN NOT NULL, 
	record JSON NOT NULL, instants JSON, 
	CONSTRAINT pk_revisions PRIMARY KEY (record_id, number), 
	CONSTRAINT fk_revisions_edition FOREIGN KEY(edition) REFERENCES editions (number)
);
INSERT INTO "revisions" VALUES('academy',1,1,0,'2027-01-02 08:00:00.000000',0,'{"id": "academy", "kind": "event", "title": {"en": "Academy"}, "place": {"city": {"en": "Nicosia"}, "country": "CY"}, "zone": "Asia/Nicosia", "languages": ["en"], "schedule": {"span": {"starts": {"day": "2027-01-29", "clock": "09:00:00", "zone": "Europe/Paris"}, "ends": {"day": "2027-01-30", "clock": "17:00:00", "zone": "Europe/Paris"}}, "words": "2027-01-29T09:00 - 2027-01-30T17:00"}, "sessions": [{"id": "opening", "title": {"en": "Opening"}, "span": {"starts": {"day": "2027-01-29", "clock": "09:00:00", "zone": "Europe/Paris"}, "ends": {"day": "2027-01-29", "clock": "09:30:00", "zone": "Europe/Paris"}}, "words": "29 January 2027 at 9.00-9.30"}], "milestones": {"registration_closes": {"at": {"day": "2027-01-25", "zone": "Europe/Paris"}, "words": "25 January 2027"}}}','[["starts", null, "2027-01-29T08:00:00Z"], ["ends", null, "2027-01-30T16:00:00Z"], ["registration_closes", null, "2027-01-25T22:59:59Z"], ["session opening starts", null, "2027-01-29T08:00:00Z"], ["session opening ends", null, "2027-01-29T08:30:00Z"]]');
INSERT INTO "revisions" VALUES('bridge',1,1,0,'2027-01-02 08:00:00.000000',0,'{"id": "bridge", "kind": "tender", "title": {"en": "Bridge"}, "zone": "Asia/Seoul", "languages": ["en"], "milestones": {"questions_by": {"at": {"day": "2027-01-20", "clock": "12:00:00", "zone": "Europe/Paris"}, "words": "20 January 2027, 12:00"}, "closes": {"at": {"day": "2027-02-05", "clock": "12:00:00", "zone": "Europe/Paris"}, "words": "5 February 2027, 12:00"}}}','[["questions_by", null, "2027-01-20T11:00:00Z"], ["closes", null, "2027-02-05T11:00:00Z"]]');
INSERT INTO "revisions" VALUES('country-only',1,1,0,'2027-01-02 08:00:00.000000',0,'{"id": "country-only", "kind": "event", "title": {"en": "Country only"}, "place": {"city": {"en": "Seoul"}, "country": "KR"}, "zone": "Asia/Seoul", "languages": ["en"], "schedule": {"span": {"starts": {"day": "2027-01-29", "clock": "10:00:00", "zone": "Europe/Paris"}}, "words": "29 January 2027 at 10.00"}}','[["starts", null, "2027-01-29T09:00:00Z"]]');
INSERT INTO "revisions" VALUES('labelled',1,1,0,'2027-01-02 08:00:00.000000',0,'{"id": "labelled", "kind": "tender", "title": {"en": "Labelled"}, "zone": "Asia/Seoul", "languages": ["en"], "milestones": {"questions_by": {"at": {"day": "2027-01-20", "clock": "12:00:00", "zone": "Europe/Paris"}, "words": "20 January 2027, 12:00 CET"}, "closes": {"at": {"day": "2027-01-29", "clock": "18:00:00", "zone": "Asia/Seoul"}, "words": "29 January 2027, 18:00 Asia/Seoul"}}}','[["questions_by", null, "2027-01-20T11:00:00Z"], ["closes", null, "2027-01-29T09:00:00Z"]]');
INSERT INTO "revisions" VALUES('office-hours',1,1,1,'2027-01-02 08:00:00.000000',0,'{"id": "office-hours", "kind": "webinar", "title": {"en": "Office hours"}, "place": {"online": true}, "zone": "America/New_York", "languages": ["en"], "schedule": {"span": {"starts": {"day": "2027-01-13", "clock": "09:00:00", "zone": "Europe/Paris"}, "ends": {"day": "2027-01-13", "clock": "10:00:00", "zone": "Europe/Paris"}}, "words": "13 January 2027 at 9.00-10.00", "rule": {"frequency": "WEEKLY", "by_day": ["WE"], "count": 6, "words": "every week, 6 times"}, "changes": [{"occurrence": "2027-01-27", "span": {"starts": {"day": "2027-01-28", "clock": "09:00:00", "zone": "Europe/Paris"}, "ends": {"day": "2027-01-28", "clock": "10:00:00", "zone": "Europe/Paris"}}, "words": "28 January 2027 at 9.00-10.00"}, {"occurrence": "2027-02-03", "span": null}]}}','[["starts", "2027-01-13", "2027-01-13T08:00:00Z"], ["ends", "2027-01-13", "2027-01-13T09:00:00Z"], ["starts", "2027-01-20", "2027-01-20T08:00:00Z"], ["ends", "2027-01-20", "2027-01-20T09:00:00Z"], ["starts", "2027-01-27", "2027-01-28T08:00:00Z"], ["ends", "2027-01-27", "2027-01-28T09:00:00Z"], ["starts", "2027-02-10", "2027-02-10T08:00:00Z"], ["ends", "2027-02-10", "2027-02-10T09:00:00Z"], ["starts", "2027-02-17", "2027-02-17T08:00:00Z"], ["ends", "2027-02-17", "2027-02-17T09:00:00Z"]]');
INSERT INTO "revisions" VALUES('roads',1,1,0,'2027-01-02 08:00:00.000000',0,'{"id": "roads", "kind": "tender", "title": {"en": "Roads"}, "place": {"city": {"en": "Seoul"}, "country": "KR"}, "zone": "Asia/Seoul", "languages": ["en"], "milestones": {"questions_by": {"at": {"day": "2027-01-21", "zone": "Europe/Paris"}, "words": "21 January 2027"}, "closes": {"at": {"day": "2027-01-22", "clock": "18:00:00", "zone": "Europe/Paris"}, "words": "22 January 2027, 18:00"}}}','[["questions_by", null, "2027-01-21T22:59:59Z"], ["closes", null, "2027-01-22T17:00:00Z"]]');
INSERT INTO "revisions" VALUES('same-clock',1,1,0,'2027-01-02 08:00:00.000000',0,'{"id": "same-clock", "kind": "event", "title": {"en": "Same clock"}, "zone": "Europe/Berlin", "languages": ["en"], "schedule": {"span": {"starts": {"day": "2027-01-29", "clock": "10:00:00", "zone": "Europe/Paris"}}, "words": "29 January 2027 at 10.00"}}','[["starts", null, "2027-01-29T09:00:00Z"]]');
INSERT INTO "revisions" VALUES('seat',1,1,0,'2027-01-02 08:00:00.000000',0,'{"id": "seat", "kind": "event", "title": {"en": "At the seat"}, "languages": ["en"], "schedule": {"span": {"starts": {"day": "2027-01-29", "clock": "10:00:00", "zone": "Europe/Paris"}}, "words": "29 January 2027 at 10.00"}}','[["starts", null, "2027-01-29T09:00:00Z"]]');
INSERT INTO "revisions" VALUES('roads',2,2,1,'2027-01-05 08:00:00.000000',0,'{"id": "roads", "kind": "tender", "title": {"en": "Roads"}, "place": {"city": {"en": "Seoul"}, "country": "KR"}, "zone": "Asia/Seoul", "languages": ["en"], "note_of_change": {"en": "The site visit took longer."}, "milestones": {"questions_by": {"at": {"day": "2027-01-21", "zone": "Europe/Paris"}, "words": "21 January 2027"}, "closes": {"at": {"day": "2027-01-29", "clock": "18:00:00", "zone": "Europe/Paris"}, "words": "29 January 2027, 18:00"}}}','[["questions_by", null, "2027-01-21T22:59:59Z"], ["closes", null, "2027-01-29T17:00:00Z"]]');
CREATE TABLE signups (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	ref VARCHAR(32) NOT NULL, 
	state VARCHAR(10) NOT NULL, 
	address VARCHAR(254) NOT NULL, 
	address_key VARCHAR(64) NOT NULL, 
	mailbox_key VARCHAR(64) NOT NULL, 
	choice JSON NOT NULL, 
	asked_at DATETIME NOT NULL, 
	settled_at DATETIME
);
CREATE TABLE subscribers (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	ref VARCHAR(32) NOT NULL, 
	channel VARCHAR(10) NOT NULL, 
	address VARCHAR(1000) NOT NULL, 
	address_key VARCHAR(64) NOT NULL, 
	owner VARCHAR(254) DEFAULT '' NOT NULL, 
	secret VARCHAR(100) DEFAULT '' NOT NULL, 
	language VARCHAR(8) NOT NULL, 
	zone VARCHAR(64) NOT NULL, 
	country VARCHAR(2) DEFAULT '' NOT NULL, 
	digest VARCHAR(10) DEFAULT '' NOT NULL, 
	state VARCHAR(10) NOT NULL, 
	failures INTEGER DEFAULT '0' NOT NULL, 
	failing_since DATETIME, 
	consent JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	changed_at DATETIME NOT NULL, 
	ended_at DATETIME
);
INSERT INTO "subscribers" VALUES(1,'_pReAso9tHa-6i_45t-yow','mail','ann@reader.example','key of ann','','','en','Europe/Paris','','','active',0,NULL,'{}','2027-01-02 08:00:00.000000','2027-01-02 08:00:00.000000',NULL);
INSERT INTO "subscribers" VALUES(2,'ntG7qiZSwhgPtU_Mrj1stw','mail','kim@reader.example','key of kim','','','en','Asia/Seoul','','','active',0,NULL,'{}','2027-01-02 08:00:00.000000','2027-01-02 08:00:00.000000',NULL);
CREATE TABLE suppressions (
	address_key VARCHAR(64) NOT NULL, 
	reason VARCHAR(20) NOT NULL, 
	since DATETIME NOT NULL, 
	until DATETIME, 
	CONSTRAINT pk_suppressions PRIMARY KEY (address_key)
);
CREATE TABLE tallies (
	"key" VARCHAR(100) NOT NULL, 
	begins DATETIME NOT NULL, 
	count INTEGER NOT NULL, 
	CONSTRAINT pk_tallies PRIMARY KEY ("key", begins)
);
CREATE TABLE watches (
	id INTEGER NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	selection VARCHAR(2000) NOT NULL, 
	leads VARCHAR(400) NOT NULL, 
	wants_new BOOLEAN NOT NULL, problem VARCHAR(20) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_watches PRIMARY KEY (id), 
	CONSTRAINT fk_watches_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id) ON DELETE CASCADE
);
INSERT INTO "watches" VALUES(1,1,'','',1,'');
INSERT INTO "watches" VALUES(2,2,'kind=tender','10 days,14 days',1,'');
CREATE TABLE workers (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	process VARCHAR(200) NOT NULL, 
	beat BIGINT NOT NULL, 
	beat_at DATETIME NOT NULL
);
INSERT INTO "workers" VALUES(1,'vm|7d81c418-fed0-46c0-9ae4-af9d38709093|4026531836|6884 90310',14,'2027-01-15 17:00:00.000000');
CREATE INDEX ix_revisions_edition ON revisions (edition);
CREATE UNIQUE INDEX uq_groups_fingerprint ON groups (fingerprint);
CREATE UNIQUE INDEX uq_occasions_what ON occasions (kind, record_id, occurrence, moment, revision, lead);
CREATE INDEX ix_signups_mailbox_key ON signups (mailbox_key, asked_at);
CREATE INDEX ix_signups_state ON signups (state, asked_at);
CREATE UNIQUE INDEX uq_signups_ref ON signups (ref);
CREATE INDEX ix_subscribers_ended_at ON subscribers (ended_at) WHERE ended_at IS NOT NULL;
CREATE UNIQUE INDEX uq_subscribers_address_key ON subscribers (address_key);
CREATE UNIQUE INDEX uq_subscribers_ref ON subscribers (ref);
CREATE INDEX ix_deliveries_bundle ON deliveries (subscriber_id, bundle) WHERE state = 'bundled';
CREATE INDEX ix_deliveries_claimed ON deliveries (worker_id) WHERE state = 'claimed';
CREATE INDEX ix_deliveries_settled_at ON deliveries (settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX ix_deliveries_waiting ON deliveries (next_at, id) WHERE state = 'waiting';
CREATE UNIQUE INDEX uq_deliveries_reader ON deliveries (occasion_id, subscriber_id);
CREATE UNIQUE INDEX uq_deliveries_signup ON deliveries (signup_id, occasion_id) WHERE signup_id IS NOT NULL;
CREATE INDEX ix_firings_expires_at ON firings (expires_at);
CREATE INDEX ix_memberships_fresh ON memberships (subscriber_id) WHERE is_fresh;
CREATE INDEX ix_memberships_subscriber_id ON memberships (subscriber_id);
CREATE INDEX ix_watches_subscriber_id ON watches (subscriber_id);
CREATE INDEX ix_editions_digest ON editions (digest);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('editions',2);
INSERT INTO "sqlite_sequence" VALUES('subscribers',2);
INSERT INTO "sqlite_sequence" VALUES('groups',7);
INSERT INTO "sqlite_sequence" VALUES('workers',1);
INSERT INTO "sqlite_sequence" VALUES('occasions',26);
INSERT INTO "sqlite_sequence" VALUES('deliveries',23);
COMMIT;
