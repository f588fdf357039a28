-- A database as version 0.1.0 left it (migration 0003, before faults were kept), made by its own code, dumped by SQLite.
-- It has four editions with a deadline that moved twice; readers who are active, paused and gone, one with a webhook, one
-- with a daily digest; sign-ups; deliveries sent, waiting and bundled. One reader watches "x=1" and "id=", which nobody can
-- read, another one sixty records. Its secret key is "the key of the version before faults were kept". Every later version must be able to upgrade it.
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE attempts (
	id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	file VARCHAR(500) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	outcome VARCHAR(20) NOT NULL, 
	reasons JSON NOT NULL, 
	CONSTRAINT pk_attempts PRIMARY KEY (id)
);
INSERT INTO "attempts" VALUES(1,'2027-05-01 09:00:00.000000','calendar.yaml','6043cdc208dc3ee912221c19375c13aca119c219bc6fc3f44af5c1ba64aa8efb','published','[]');
INSERT INTO "attempts" VALUES(2,'2027-06-10 08:00:00.000000','calendar.yaml','ebb0a4071ae27a063b25c8435938c37a5e97183e015835c1d2777100f40fb312','published','[]');
INSERT INTO "attempts" VALUES(3,'2027-06-12 08:00:00.000000','calendar.yaml','d865f50ee7ff7bb1af525468dc513ccdaf72afce106667adbc2de466b7dbe122','published','[]');
INSERT INTO "attempts" VALUES(4,'2027-06-22 08:00:00.000000','calendar.yaml','f751830d1b9edc822b32b0a029f32c205bd1eba3c99794dac837e5b3c8940c6d','published','[]');
INSERT INTO "attempts" VALUES(5,'2027-06-22 09:00:00.000000','calendar.yaml','2b17013513ba9cf96aa2da06a9c2e1e450db38655b2013e3a421f059d41d4eae','held','["roads: closes moves from ''24 July 2027 at 12.00 CET'' to ''20 July 2027 at 12.00 CET'', which is earlier"]');
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
INSERT INTO "deliveries" VALUES(1,1,NULL,1,'','sent','','2027-05-02 10:10:00.000000','2027-05-02 10:10:00.000000','2027-05-05 10:00:00.000000',1,NULL,'2027-05-02 10:10:00.000000');
INSERT INTO "deliveries" VALUES(2,2,NULL,2,'','sent','','2027-05-02 10:10:00.000000','2027-05-02 10:10:00.000000','2027-05-05 10:01:00.000000',1,NULL,'2027-05-02 10:10:00.000000');
INSERT INTO "deliveries" VALUES(3,3,NULL,3,'','sent','','2027-05-02 10:10:00.000000','2027-05-02 10:10:00.000000','2027-05-05 10:02:00.000000',1,NULL,'2027-05-02 10:10:00.000000');
INSERT INTO "deliveries" VALUES(4,4,NULL,4,'','sent','','2027-05-02 10:10:00.000000','2027-05-02 10:10:00.000000','2027-05-05 10:03:00.000000',1,NULL,'2027-05-02 10:10:00.000000');
INSERT INTO "deliveries" VALUES(5,5,NULL,5,'','sent','','2027-05-02 10:10:00.000000','2027-05-02 10:10:00.000000','2027-05-05 10:04:00.000000',1,NULL,'2027-05-02 10:10:00.000000');
INSERT INTO "deliveries" VALUES(6,6,NULL,6,'','sent','','2027-05-02 10:10:00.000000','2027-05-02 10:10:00.000000','2027-05-05 10:05:00.000000',1,NULL,'2027-05-02 10:10:00.000000');
INSERT INTO "deliveries" VALUES(7,7,NULL,NULL,'','sent','','2027-05-02 10:10:00.000000','2027-05-02 10:10:00.000000','2027-05-05 10:06:00.000000',1,NULL,'2027-05-02 10:10:00.000000');
INSERT INTO "deliveries" VALUES(8,8,NULL,8,'','sent','','2027-05-02 10:10:00.000000','2027-05-02 10:10:00.000000','2027-05-05 10:07:00.000000',1,NULL,'2027-05-02 10:10:00.000000');
INSERT INTO "deliveries" VALUES(9,12,1,NULL,'','sent','','2027-06-10 08:00:00.000000','2027-06-10 08:00:00.000000','2027-06-12 08:01:00.000000',1,NULL,'2027-06-10 08:01:00.000000');
INSERT INTO "deliveries" VALUES(10,12,3,NULL,'','sent','','2027-06-10 08:00:00.000000','2027-06-10 08:00:00.000000','2027-06-12 08:01:00.000000',1,NULL,'2027-06-10 08:01:00.000000');
INSERT INTO "deliveries" VALUES(11,12,2,NULL,'','sent','','2027-06-10 08:00:00.000000','2027-06-10 08:00:00.000000','2027-06-12 08:01:00.000000',1,NULL,'2027-06-10 08:01:00.000000');
INSERT INTO "deliveries" VALUES(12,12,6,NULL,'','sent','','2027-06-10 08:00:00.000000','2027-06-10 08:00:00.000000','2027-06-12 08:01:00.000000',1,NULL,'2027-06-10 08:01:00.000000');
INSERT INTO "deliveries" VALUES(13,13,3,NULL,'','sent','','2027-06-08 14:00:00.000000','2027-06-08 14:00:00.000000','2027-06-16 09:00:00.000000',1,NULL,'2027-06-10 08:01:00.000000');
INSERT INTO "deliveries" VALUES(14,13,1,NULL,'','sent','','2027-06-09 09:00:00.000000','2027-06-09 09:00:00.000000','2027-06-16 09:00:00.000000',1,NULL,'2027-06-10 08:01:00.000000');
INSERT INTO "deliveries" VALUES(15,15,2,NULL,'','sent','','2027-06-06 00:00:00.000000','2027-06-06 00:00:00.000000','2027-06-20 21:59:59.000000',1,NULL,'2027-06-10 08:01:00.000000');
INSERT INTO "deliveries" VALUES(16,27,1,NULL,'','sent','','2027-06-12 08:00:00.000000','2027-06-12 08:00:00.000000','2027-06-14 08:01:00.000000',1,NULL,'2027-06-12 08:01:00.000000');
INSERT INTO "deliveries" VALUES(17,27,3,NULL,'','dropped','too late','2027-06-12 14:00:00.000000','2027-06-12 14:00:00.000000','2027-06-13 14:00:00.000000',0,NULL,'2027-06-19 22:00:00.000000');
INSERT INTO "deliveries" VALUES(18,29,1,NULL,'','sent','','2027-06-19 07:00:00.000000','2027-06-19 07:00:00.000000','2027-06-20 21:59:59.000000',1,NULL,'2027-06-19 22:00:00.000000');
INSERT INTO "deliveries" VALUES(19,30,6,NULL,'','sent','','2027-06-17 07:00:00.000000','2027-06-17 07:00:00.000000','2027-06-20 21:59:59.000000',1,NULL,'2027-06-19 22:00:00.000000');
INSERT INTO "deliveries" VALUES(20,31,3,NULL,'','sent','','2027-06-15 14:00:00.000000','2027-06-15 14:00:00.000000','2027-06-23 09:00:00.000000',1,NULL,'2027-06-19 22:00:00.000000');
INSERT INTO "deliveries" VALUES(21,31,1,NULL,'','sent','','2027-06-16 09:00:00.000000','2027-06-16 09:00:00.000000','2027-06-23 09:00:00.000000',1,NULL,'2027-06-19 22:00:00.000000');
INSERT INTO "deliveries" VALUES(22,33,2,NULL,'','sent','','2027-06-14 00:00:00.000000','2027-06-14 00:00:00.000000','2027-06-20 21:59:59.000000',1,NULL,'2027-06-19 22:00:00.000000');
INSERT INTO "deliveries" VALUES(23,34,3,NULL,'','sent','','2027-06-13 14:00:00.000000','2027-06-13 14:00:00.000000','2027-06-20 21:59:59.000000',1,NULL,'2027-06-19 22:00:00.000000');
INSERT INTO "deliveries" VALUES(24,36,1,NULL,'','waiting','','2027-06-22 08:00:00.000000','2027-06-22 08:00:00.000000','2027-06-24 08:01:00.000000',0,NULL,NULL);
INSERT INTO "deliveries" VALUES(25,36,3,NULL,'','waiting','','2027-06-22 08:00:00.000000','2027-06-22 08:00:00.000000','2027-06-24 08:01:00.000000',0,NULL,NULL);
INSERT INTO "deliveries" VALUES(26,36,4,NULL,'','waiting','','2027-06-22 08:00:00.000000','2027-06-22 08:00:00.000000','2027-06-24 08:01:00.000000',0,NULL,NULL);
INSERT INTO "deliveries" VALUES(27,37,1,NULL,'','waiting','','2027-06-22 08:00:00.000000','2027-06-22 08:00:00.000000','2027-06-24 08:01:00.000000',0,NULL,NULL);
INSERT INTO "deliveries" VALUES(28,37,3,NULL,'daily 2027-06-22T14:00Z','bundled','','2027-06-22 14:00:00.000000','2027-06-22 14:00:00.000000','2027-06-23 14:00:00.000000',0,NULL,NULL);
INSERT INTO "deliveries" VALUES(29,38,1,NULL,'','waiting','','2027-06-22 08:00:00.000000','2027-06-22 08:00:00.000000','2027-06-24 08:01:00.000000',0,NULL,NULL);
INSERT INTO "deliveries" VALUES(30,38,3,NULL,'','waiting','','2027-06-22 08:00:00.000000','2027-06-22 08:00:00.000000','2027-06-24 08:01:00.000000',0,NULL,NULL);
INSERT INTO "deliveries" VALUES(31,38,2,NULL,'','waiting','','2027-06-22 08:00:00.000000','2027-06-22 08:00:00.000000','2027-06-24 08:01:00.000000',0,NULL,NULL);
INSERT INTO "deliveries" VALUES(32,40,NULL,9,'','waiting','','2027-06-22 10:01:00.000000','2027-06-22 10:01:00.000000','2027-06-25 10:00:00.000000',0,NULL,NULL);
INSERT INTO "deliveries" VALUES(33,41,1,NULL,'','waiting','','2027-06-22 09:00:00.000000','2027-06-22 09:00:00.000000','2027-06-23 09:00:00.000000',0,NULL,NULL);
INSERT INTO "deliveries" VALUES(34,42,NULL,11,'','waiting','','2027-06-22 10:03:00.000000','2027-06-22 10:03:00.000000','2027-06-24 10:00:00.000000',0,NULL,NULL);
INSERT INTO "deliveries" VALUES(35,43,NULL,10,'','waiting','','2027-06-22 10:03:00.000000','2027-06-22 10:03:00.000000','2027-06-25 10:02:00.000000',0,NULL,NULL);
INSERT INTO "deliveries" VALUES(36,44,NULL,12,'','waiting','','2027-06-22 10:05:00.000000','2027-06-22 10:05:00.000000','2027-06-24 10:01:00.000000',0,NULL,NULL);
CREATE TABLE editions (
	number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	published_at DATETIME NOT NULL, 
	calendar JSON NOT NULL, 
	tz_database VARCHAR(20) NOT NULL
);
INSERT INTO "editions" VALUES(1,'2027-05-01 09:00:00.000000','{"id": "example.org", "name": {"en": "Example", "fr": "Exemple"}, "zone": "Europe/Paris", "languages": ["en", "fr"], "reminders": ["7 days", "1 day"]}','2026f');
INSERT INTO "editions" VALUES(2,'2027-06-10 08:00:00.000000','{"id": "example.org", "name": {"en": "Example", "fr": "Exemple"}, "zone": "Europe/Paris", "languages": ["en", "fr"], "reminders": ["7 days", "1 day"]}','2026f');
INSERT INTO "editions" VALUES(3,'2027-06-12 08:00:00.000000','{"id": "example.org", "name": {"en": "Example", "fr": "Exemple"}, "zone": "Europe/Paris", "languages": ["en", "fr"], "reminders": ["7 days", "1 day"]}','2026f');
INSERT INTO "editions" VALUES(4,'2027-06-22 08:00:00.000000','{"id": "example.org", "name": {"en": "Example", "fr": "Exemple"}, "zone": "Europe/Paris", "languages": ["en", "fr"], "reminders": ["7 days", "1 day"]}','2026f');
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
INSERT INTO "firings" VALUES(1,27,'','2027-06-12 08:00:00.000000','2027-06-14 08:01:00.000000','2027-06-12 08:01:00.000000','fired',1);
INSERT INTO "firings" VALUES(1,37,'','2027-06-22 08:00:00.000000','2027-06-24 08:01:00.000000','2027-06-22 08:01:00.000000','fired',1);
INSERT INTO "firings" VALUES(2,12,'','2027-06-10 08:00:00.000000','2027-06-12 08:01:00.000000','2027-06-10 08:01:00.000000','fired',2);
INSERT INTO "firings" VALUES(2,36,'','2027-06-22 08:00:00.000000','2027-06-24 08:01:00.000000','2027-06-22 08:01:00.000000','fired',2);
INSERT INTO "firings" VALUES(2,38,'','2027-06-22 08:00:00.000000','2027-06-24 08:01:00.000000','2027-06-22 08:01:00.000000','fired',2);
INSERT INTO "firings" VALUES(3,9,'','2027-05-01 09:00:00.000000','2027-05-05 09:00:00.000000','2027-05-03 10:01:00.000000','fired',0);
INSERT INTO "firings" VALUES(3,13,'','2027-06-09 09:00:00.000000','2027-06-16 09:00:00.000000','2027-06-10 08:01:00.000000','fired',1);
INSERT INTO "firings" VALUES(3,14,'','2027-06-08 09:00:00.000000','2027-06-09 09:00:00.000000','2027-06-10 08:01:00.000000','missed',1);
INSERT INTO "firings" VALUES(3,16,'','2027-06-02 09:00:00.000000','2027-06-09 09:00:00.000000','2027-06-10 08:01:00.000000','missed',1);
INSERT INTO "firings" VALUES(3,17,'','2027-06-01 09:00:00.000000','2027-06-02 09:00:00.000000','2027-06-10 08:01:00.000000','missed',1);
INSERT INTO "firings" VALUES(3,18,'','2027-05-26 09:00:00.000000','2027-06-02 09:00:00.000000','2027-06-10 08:01:00.000000','missed',1);
INSERT INTO "firings" VALUES(3,19,'','2027-05-25 09:00:00.000000','2027-05-26 09:00:00.000000','2027-06-10 08:01:00.000000','missed',1);
INSERT INTO "firings" VALUES(3,20,'','2027-05-19 09:00:00.000000','2027-05-26 09:00:00.000000','2027-06-10 08:01:00.000000','missed',1);
INSERT INTO "firings" VALUES(3,21,'','2027-05-18 09:00:00.000000','2027-05-19 09:00:00.000000','2027-06-10 08:01:00.000000','missed',1);
INSERT INTO "firings" VALUES(3,22,'','2027-05-12 09:00:00.000000','2027-05-19 09:00:00.000000','2027-06-10 08:01:00.000000','missed',1);
INSERT INTO "firings" VALUES(3,23,'','2027-05-11 09:00:00.000000','2027-05-12 09:00:00.000000','2027-06-10 08:01:00.000000','missed',1);
INSERT INTO "firings" VALUES(3,24,'','2027-05-05 09:00:00.000000','2027-05-12 09:00:00.000000','2027-06-10 08:01:00.000000','missed',1);
INSERT INTO "firings" VALUES(3,25,'','2027-05-04 09:00:00.000000','2027-05-05 09:00:00.000000','2027-06-10 08:01:00.000000','missed',1);
INSERT INTO "firings" VALUES(3,29,'','2027-06-19 07:00:00.000000','2027-06-20 21:59:59.000000','2027-06-19 22:00:00.000000','fired',1);
INSERT INTO "firings" VALUES(3,31,'','2027-06-16 09:00:00.000000','2027-06-23 09:00:00.000000','2027-06-19 22:00:00.000000','fired',1);
INSERT INTO "firings" VALUES(3,32,'','2027-06-15 09:00:00.000000','2027-06-16 09:00:00.000000','2027-06-19 22:00:00.000000','missed',1);
INSERT INTO "firings" VALUES(3,34,'','2027-06-13 07:00:00.000000','2027-06-20 21:59:59.000000','2027-06-19 22:00:00.000000','fired',0);
INSERT INTO "firings" VALUES(3,41,'','2027-06-22 09:00:00.000000','2027-06-23 09:00:00.000000','2027-06-22 10:01:00.000000','fired',1);
INSERT INTO "firings" VALUES(4,15,'','2027-06-06 00:00:00.000000','2027-06-20 21:59:59.000000','2027-06-10 08:01:00.000000','fired',1);
INSERT INTO "firings" VALUES(5,12,'','2027-06-10 08:00:00.000000','2027-06-12 08:01:00.000000','2027-06-10 08:01:00.000000','fired',1);
INSERT INTO "firings" VALUES(5,38,'','2027-06-22 08:00:00.000000','2027-06-24 08:01:00.000000','2027-06-22 08:01:00.000000','fired',1);
INSERT INTO "firings" VALUES(6,33,'','2027-06-14 00:00:00.000000','2027-06-20 21:59:59.000000','2027-06-19 22:00:00.000000','fired',1);
INSERT INTO "firings" VALUES(7,9,'daily 2027-05-01T14:00Z','2027-05-01 14:00:00.000000','2027-05-05 09:00:00.000000','2027-05-03 10:01:00.000000','fired',0);
INSERT INTO "firings" VALUES(7,11,'','2027-05-02 14:00:00.000000','2027-05-03 14:00:00.000000','2027-05-03 10:01:00.000000','fired',0);
INSERT INTO "firings" VALUES(7,13,'','2027-06-09 09:00:00.000000','2027-06-16 09:00:00.000000','2027-06-10 08:01:00.000000','fired',0);
INSERT INTO "firings" VALUES(7,13,'daily 2027-06-08T14:00Z','2027-06-08 14:00:00.000000','2027-06-16 09:00:00.000000','2027-06-10 08:01:00.000000','fired',1);
INSERT INTO "firings" VALUES(7,16,'','2027-06-02 09:00:00.000000','2027-06-09 09:00:00.000000','2027-06-10 08:01:00.000000','missed',0);
INSERT INTO "firings" VALUES(7,16,'daily 2027-06-01T14:00Z','2027-06-01 14:00:00.000000','2027-06-09 09:00:00.000000','2027-06-10 08:01:00.000000','missed',1);
INSERT INTO "firings" VALUES(7,18,'','2027-05-26 09:00:00.000000','2027-06-02 09:00:00.000000','2027-06-10 08:01:00.000000','missed',0);
INSERT INTO "firings" VALUES(7,18,'daily 2027-05-25T14:00Z','2027-05-25 14:00:00.000000','2027-06-02 09:00:00.000000','2027-06-10 08:01:00.000000','missed',1);
INSERT INTO "firings" VALUES(7,20,'','2027-05-19 09:00:00.000000','2027-05-26 09:00:00.000000','2027-06-10 08:01:00.000000','missed',0);
INSERT INTO "firings" VALUES(7,20,'daily 2027-05-18T14:00Z','2027-05-18 14:00:00.000000','2027-05-26 09:00:00.000000','2027-06-10 08:01:00.000000','missed',1);
INSERT INTO "firings" VALUES(7,22,'','2027-05-12 09:00:00.000000','2027-05-19 09:00:00.000000','2027-06-10 08:01:00.000000','missed',0);
INSERT INTO "firings" VALUES(7,22,'daily 2027-05-11T14:00Z','2027-05-11 14:00:00.000000','2027-05-19 09:00:00.000000','2027-06-10 08:01:00.000000','missed',1);
INSERT INTO "firings" VALUES(7,24,'','2027-05-05 09:00:00.000000','2027-05-12 09:00:00.000000','2027-06-10 08:01:00.000000','missed',0);
INSERT INTO "firings" VALUES(7,24,'daily 2027-05-04T14:00Z','2027-05-04 14:00:00.000000','2027-05-12 09:00:00.000000','2027-06-10 08:01:00.000000','missed',1);
INSERT INTO "firings" VALUES(7,26,'','2027-06-09 14:00:00.000000','2027-06-10 14:00:00.000000','2027-06-10 08:01:00.000000','fired',0);
INSERT INTO "firings" VALUES(7,28,'','2027-06-11 14:00:00.000000','2027-06-12 14:00:00.000000','2027-06-12 08:01:00.000000','fired',0);
INSERT INTO "firings" VALUES(7,31,'','2027-06-16 09:00:00.000000','2027-06-23 09:00:00.000000','2027-06-19 22:00:00.000000','fired',0);
INSERT INTO "firings" VALUES(7,31,'daily 2027-06-15T14:00Z','2027-06-15 14:00:00.000000','2027-06-23 09:00:00.000000','2027-06-19 22:00:00.000000','fired',1);
INSERT INTO "firings" VALUES(7,34,'','2027-06-13 14:00:00.000000','2027-06-20 21:59:59.000000','2027-06-19 22:00:00.000000','fired',0);
INSERT INTO "firings" VALUES(7,34,'daily 2027-06-13T14:00Z','2027-06-13 14:00:00.000000','2027-06-20 21:59:59.000000','2027-06-19 22:00:00.000000','fired',1);
INSERT INTO "firings" VALUES(7,35,'','2027-06-19 14:00:00.000000','2027-06-20 14:00:00.000000','2027-06-19 22:00:00.000000','fired',0);
INSERT INTO "firings" VALUES(7,39,'','2027-06-21 14:00:00.000000','2027-06-22 14:00:00.000000','2027-06-22 08:01:00.000000','fired',0);
INSERT INTO "firings" VALUES(8,11,'','2027-05-02 14:00:00.000000','2027-05-03 14:00:00.000000','2027-05-03 10:01:00.000000','fired',0);
INSERT INTO "firings" VALUES(8,26,'','2027-06-09 14:00:00.000000','2027-06-10 14:00:00.000000','2027-06-10 08:01:00.000000','fired',0);
INSERT INTO "firings" VALUES(8,27,'daily 2027-06-12T14:00Z','2027-06-12 14:00:00.000000','2027-06-13 14:00:00.000000','2027-06-12 08:01:00.000000','fired',1);
INSERT INTO "firings" VALUES(8,28,'','2027-06-11 14:00:00.000000','2027-06-12 14:00:00.000000','2027-06-12 08:01:00.000000','fired',0);
INSERT INTO "firings" VALUES(8,35,'','2027-06-19 14:00:00.000000','2027-06-20 14:00:00.000000','2027-06-19 22:00:00.000000','fired',0);
INSERT INTO "firings" VALUES(8,37,'daily 2027-06-22T14:00Z','2027-06-22 14:00:00.000000','2027-06-23 14:00:00.000000','2027-06-22 08:01:00.000000','fired',1);
INSERT INTO "firings" VALUES(8,39,'','2027-06-21 14:00:00.000000','2027-06-22 14:00:00.000000','2027-06-22 08:01:00.000000','fired',0);
INSERT INTO "firings" VALUES(9,36,'','2027-06-22 08:00:00.000000','2027-06-24 08:01:00.000000','2027-06-22 08:01:00.000000','fired',1);
INSERT INTO "firings" VALUES(11,12,'','2027-06-10 08:00:00.000000','2027-06-12 08:01:00.000000','2027-06-10 08:01:00.000000','fired',1);
INSERT INTO "firings" VALUES(12,30,'','2027-06-17 07:00:00.000000','2027-06-20 21:59:59.000000','2027-06-19 22:00:00.000000','fired',1);
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
INSERT INTO "groups" VALUES(4,'reminders','kind=tender&tag=roads','14 days','Asia/Seoul','KR','','018544816afb1cb0f024213784fa1abc7c78724daf54a75811a4d19e0e0e0622');
INSERT INTO "groups" VALUES(5,'changes','kind=tender&tag=roads','','','','','123cd28976c3056aa4c3ea00145144c7e7d7ff85eeb1312081575a6a09f061ca');
INSERT INTO "groups" VALUES(6,'reminders','kind=tender&tag=roads','5 working days','Asia/Seoul','KR','','d4c17bf006f0c9c14a00bd61763a1719a88d263aff9d754aa9d2cff0060dcad4');
INSERT INTO "groups" VALUES(7,'reminders','','7 days','America/Lima','','daily','b66948c76d0eb333e00b8ff403e773f913355cffc06b5508d5dd588a9d746b9b');
INSERT INTO "groups" VALUES(8,'new','','','America/Lima','','daily','f9abd29c10468f3e957d0edc7a4e388cf8d15a3c2d1497399a2e3160851bf226');
INSERT INTO "groups" VALUES(9,'changes','id=forum','','','','','9d6b12b9a7334519ae9abf21a065d0e226ad4c7e8cf350cf60105538e8eed048');
INSERT INTO "groups" VALUES(10,'reminders','id=forum','1 day','Europe/Paris','','','a8f5b0db7118b96ccc2b35be50be7f461a3b6fac599c3d3c3fc5141d236e06c6');
INSERT INTO "groups" VALUES(11,'changes','kind=tender','','','','','18679ff27ab6aa423d9d9510e0dfa7687aa051c1be132a1fb19ccd156c75807b');
INSERT INTO "groups" VALUES(12,'reminders','kind=tender','3 days','Europe/Paris','','','dd242ade50bed518593db27743c0aba9599bd6ae0294386b0ccd5c905b3f0513');
INSERT INTO "groups" VALUES(13,'reminders','kind=tender','7 days','Europe/Paris','','','0d519160a2d0a04a7f0291e12c7adc6f6ae044688f75ddd84d9ac2e99aa50844');
INSERT INTO "groups" VALUES(14,'changes','id=','','','','','28941575e69af1cc266e136cc45c0937c9738acde2eda4c6361c8d3c037181d0');
INSERT INTO "groups" VALUES(15,'changes','x=1','','','','','3ef7ab6648b6891ca2bde7dc9ff766fa9fded8367fe79eca5da019ec5517d2f8');
INSERT INTO "groups" VALUES(16,'reminders','id=','7 days','Europe/Paris','','','4969cec42f5299de8df1c93d5124d6ca126256a0b0e316d0efa10d1e5af5248f');
INSERT INTO "groups" VALUES(17,'reminders','x=1','7 days','Europe/Paris','','','f9d15cb54b9d958c05e6cc235a70d37b4fa573d5c5503f001bdb991261f57967');
INSERT INTO "groups" VALUES(18,'changes','id=record-29','','','','','042184e0c6bd3d4c1ce703b735305aad9dfcf94005714fcdeb982d96c643eefc');
INSERT INTO "groups" VALUES(19,'changes','id=record-18','','','','','04242363820849363a174c547a33820699e1f760d2cf60ddcb08b1898538a11c');
INSERT INTO "groups" VALUES(20,'reminders','id=record-15','7 days','Europe/Paris','','','05b2c723f268d087e9013f9a6e84504707f7b02d3e26f81940bb5a07b7fc0155');
INSERT INTO "groups" VALUES(21,'changes','id=record-42','','','','','085053b83a593aa78a8d80fb6a4efe6f0049b20ed0a03ff7d910d406c734fd92');
INSERT INTO "groups" VALUES(22,'reminders','id=record-42','7 days','Europe/Paris','','','094c5b9ba10a30fef833e697ec0b628976a19349cedb1fea2716398d857db8ef');
INSERT INTO "groups" VALUES(23,'reminders','id=record-58','7 days','Europe/Paris','','','09e6299c63633dade17f64f00f39e3f795ea8a4095b20165692fa1d9a7a382e4');
INSERT INTO "groups" VALUES(24,'changes','id=record-6','','','','','0d3189c4ca9f8e49c1dd29d04285a778392eca5e71383a6b3c121f83307568bd');
INSERT INTO "groups" VALUES(25,'reminders','id=record-0','7 days','Europe/Paris','','','0d815592bce1a6703e2ec430e26401eae8438e12d181baf3d5d4b0443e158cdc');
INSERT INTO "groups" VALUES(26,'reminders','id=record-21','7 days','Europe/Paris','','','137496c56cfe598f7177ea93be4fafbf143ac1bdaacfc7233df6997ef035e37b');
INSERT INTO "groups" VALUES(27,'reminders','id=record-4','7 days','Europe/Paris','','','13a6f362b2a511d123d4b2c85b5b660324b33fd59aa42d5a41f36a89e402319a');
INSERT INTO "groups" VALUES(28,'changes','id=record-8','','','','','14a3d3605987b33dc9ba9542b1c2e720da139333add7216931ad40eb283d5919');
INSERT INTO "groups" VALUES(29,'changes','id=record-48','','','','','14de9216db6350c369ff814bd68222887800d9d7ba1339d6aeddb9b433919ece');
INSERT INTO "groups" VALUES(30,'reminders','id=record-10','7 days','Europe/Paris','','','159b9ef3b48ec0fdb925e057f4d029e44fded9bf2e41ea25cf554c151c71a4cc');
INSERT INTO "groups" VALUES(31,'reminders','id=record-24','7 days','Europe/Paris','','','170cec437b1bb4b28c78a7432f274d1249dc0db45cd8c4beefb6e758f8c0b1ba');
INSERT INTO "groups" VALUES(32,'changes','id=record-11','','','','','182f4e373ed74f170734aade73089b57fc3896b2ae9e60c8782eafb87c6b2ca3');
INSERT INTO "groups" VALUES(33,'changes','id=record-52','','','','','18789290b744b18a380d65eb1e7bfd21efb905b33d7132cd29ad299326948da3');
INSERT INTO "groups" VALUES(34,'reminders','id=record-22','7 days','Europe/Paris','','','18b6965c0b8c37f74c349046347a5399594f6089ec664a7163a45c3a84c342e3');
INSERT INTO "groups" VALUES(35,'reminders','id=record-12','7 days','Europe/Paris','','','19c10f46dba16a3ca06ad1b03221748d4124eee56ba7f098e8c563b4aabef936');
INSERT INTO "groups" VALUES(36,'reminders','id=record-6','7 days','Europe/Paris','','','1daca435881ef274aa25d884b13f8fdf9896a3336e6ab8ef43a5693063806351');
INSERT INTO "groups" VALUES(37,'changes','id=record-12','','','','','1e44b85829f9262f004fa152684c78f92f8651e0b30cb3548c8142a3449cd971');
INSERT INTO "groups" VALUES(38,'changes','id=record-21','','','','','254dba9b6b41a84c83c221f4749b78701d8f78ff06c5e6e49e169ed92994f2b5');
INSERT INTO "groups" VALUES(39,'changes','id=record-4','','','','','28ce4172071113f93a375b4c47795a7eb16e0b42cb3c673ab970e3c2bac9e1a0');
INSERT INTO "groups" VALUES(40,'changes','id=record-47','','','','','2c72c04e0967beda4d67067007dbb2f153592cee3c29eac562a50063feaffe99');
INSERT INTO "groups" VALUES(41,'changes','id=record-49','','','','','2f0315ed3f90aa443e6a7a6be0f40f5f8f33068c2a79af8622f7624ee0df39c4');
INSERT INTO "groups" VALUES(42,'changes','id=record-33','','','','','31adf9ba9a93bfdd5cdd0d3e3ead739e1e08f58ff63751f22b3cbff3c49f268b');
INSERT INTO "groups" VALUES(43,'reminders','id=record-38','7 days','Europe/Paris','','','36762496c0fec9d79337c4c1f1c3d444739ce4430d4411b1aa5770e4d32a8563');
INSERT INTO "groups" VALUES(44,'reminders','id=record-59','7 days','Europe/Paris','','','3b1ce0c62afd137dc0b089c0cc7ef5725cb834988f89858f5796570cfc556035');
INSERT INTO "groups" VALUES(45,'reminders','id=record-32','7 days','Europe/Paris','','','3eb2048c5d6f7ef30d4d4f5101ca645307e41a3dd9b2c0ca78047b4094b3b588');
INSERT INTO "groups" VALUES(46,'reminders','id=record-46','7 days','Europe/Paris','','','3f7974909b18f2ee5ed9210085f63829d681974ba18bada9562f117a62ab2a3a');
INSERT INTO "groups" VALUES(47,'reminders','id=record-35','7 days','Europe/Paris','','','46eb50d54cef837a34f57dde3ad91b69b4c5547be6f2997aff50eafe53aaa890');
INSERT INTO "groups" VALUES(48,'reminders','id=record-18','7 days','Europe/Paris','','','4acb3de2f17f90d22b6b5bb8f2bc63e8caf39fc1cd4cb658f68af1ce05a14a82');
INSERT INTO "groups" VALUES(49,'changes','id=record-10','','','','','4b70a64f4e13c7788a5f4ff1845eeee0431c9e0a4b2112b4a213d4700defcd34');
INSERT INTO "groups" VALUES(50,'changes','id=record-36','','','','','4bd40da3830f8275bcafd0f73ee01bdfb2e0156918481ca56bbe0764428afec3');
INSERT INTO "groups" VALUES(51,'reminders','id=record-5','7 days','Europe/Paris','','','4d20d769d12cfc1329ca3e020643b9c393449ae7ca3e2ef1762310c7df3f627e');
INSERT INTO "groups" VALUES(52,'reminders','id=record-52','7 days','Europe/Paris','','','54151e68e39dca66ea20658cf37579c6465f656cc9135da09b404b09171c9546');
INSERT INTO "groups" VALUES(53,'changes','id=record-2','','','','','54eb0a3e8efd3c4b05ba2e8a1ab014fe6c868549a5921956f1c3ec797113f8d2');
INSERT INTO "groups" VALUES(54,'changes','id=record-31','','','','','5628f17bd4217df37cfe628edc846d5b196645476d5e305fa5f601c3e069cbed');
INSERT INTO "groups" VALUES(55,'changes','id=record-26','','','','','56721cebc2764cc69b4fb21ad1d0f67fdd76e2286b78721ac01f024542d828fe');
INSERT INTO "groups" VALUES(56,'changes','id=record-44','','','','','583908ae489f6cd0ac4467d25c626824db6f3f5e19748c31e3c91ad6fc4bb140');
INSERT INTO "groups" VALUES(57,'changes','id=record-59','','','','','58442ad97128fbf10ba06005c733341fa26102fbb1615a2af0df539986732f14');
INSERT INTO "groups" VALUES(58,'changes','id=record-19','','','','','58b7f54075861d2b5f409a6fb8273de06ca9bedab09b05e104c89d9a23da3c13');
INSERT INTO "groups" VALUES(59,'changes','id=record-54','','','','','59685809799b22064adb5f49a4023e2bed52d83d039b4dd3dcfc68389294d3b0');
INSERT INTO "groups" VALUES(60,'changes','id=record-37','','','','','59e3d2821baa085db63fd921407f89bdbb35d5048a667a9ffd77a340314dff6b');
INSERT INTO "groups" VALUES(61,'changes','id=record-56','','','','','606f4d0c45782ff6d8d5f5607cca14360a319ca4e4dcec321e1976522f758ed8');
INSERT INTO "groups" VALUES(62,'reminders','id=record-1','7 days','Europe/Paris','','','64ef26bc41d895724b7c671c3bae4633811f7f78ebea91aa072c588444baccfb');
INSERT INTO "groups" VALUES(63,'reminders','id=record-11','7 days','Europe/Paris','','','6788e915dd3b07fad50a072600bc930f7aace22921351134f08747103a1753b3');
INSERT INTO "groups" VALUES(64,'changes','id=record-20','','','','','6de504212d96d50a6c040d7af6016f7749ba4435aa216d5c4b15cd5529fbe7e4');
INSERT INTO "groups" VALUES(65,'reminders','id=record-51','7 days','Europe/Paris','','','6e5c540abc47ff836595d79e70ce4790fc5ec1c169121e3677a57f17b59946ff');
INSERT INTO "groups" VALUES(66,'reminders','id=record-43','7 days','Europe/Paris','','','6ed7b44d47ba9dfcd24559d75533cfe58c44b35ee5aa88bdcbece562e3cd7aea');
INSERT INTO "groups" VALUES(67,'reminders','id=record-47','7 days','Europe/Paris','','','6f2511e4d9ab2da2027be49407034e3e96d99c5a8a5425652547c76354346866');
INSERT INTO "groups" VALUES(68,'changes','id=record-45','','','','','6ff37d9fe6bdf149771c55bf9389448131fe904f5a2e88a00cc4894c434746e5');
INSERT INTO "groups" VALUES(69,'changes','id=record-5','','','','','7156a0d51769ca3d7f96b7101a6b1dc43812109af9348e4091ac0e93139fbb35');
INSERT INTO "groups" VALUES(70,'reminders','id=record-3','7 days','Europe/Paris','','','74efb6735855663c84ff36ca62c316da7b085a0b1ae2bf83734bc84daeaef675');
INSERT INTO "groups" VALUES(71,'reminders','id=record-56','7 days','Europe/Paris','','','756999c726973406245f13666d6e64d00138f9e7da13087c0cf0c7a6eafcef52');
INSERT INTO "groups" VALUES(72,'changes','id=record-55','','','','','784c89a059e270e94e38dc2c820f6114546c71e6b4af0bb970b63a7176d3218f');
INSERT INTO "groups" VALUES(73,'changes','id=record-27','','','','','7bedf7fbc987b071fabc39b880c352d89a4da3a7195c58a78bdf4a7b86b67c2c');
INSERT INTO "groups" VALUES(74,'reminders','id=record-17','7 days','Europe/Paris','','','7ce1cd7abeeeab0da7a26b46f0194855bf903d91021e0aa3e8581a7c974b3ded');
INSERT INTO "groups" VALUES(75,'changes','id=record-58','','','','','88a8bfee3d087cdd9f5ea2b3afec6c2e760f30a6e37d896c1c70ad63faf5a447');
INSERT INTO "groups" VALUES(76,'reminders','id=record-28','7 days','Europe/Paris','','','897cfb64af4a2cc13c2275fe3728fbfba7dc19be9c7bc0007d88daff0ee66dae');
INSERT INTO "groups" VALUES(77,'changes','id=record-9','','','','','8e355f552e9b889d723246ffa65641d53da944efef8cecbcd4193e1caf87381c');
INSERT INTO "groups" VALUES(78,'changes','id=record-32','','','','','8f39d6948a42b0271da39ad72c3e3460b46d6c7c18aa2733520aa0dac40f1dd5');
INSERT INTO "groups" VALUES(79,'reminders','id=record-48','7 days','Europe/Paris','','','8f746cfac5fd2f2fc59fccbda7e5a7cb5d3bd55ef4509af530b2113b5e9d5562');
INSERT INTO "groups" VALUES(80,'reminders','id=record-2','7 days','Europe/Paris','','','900fdb7de900a3200489c9843177cd8d6e956d0c6d572131c4d50e53c06fb317');
INSERT INTO "groups" VALUES(81,'reminders','id=record-55','7 days','Europe/Paris','','','9158c08acc93f577668e9ea536b88c7fb172f7122122853d53995ec28494ffba');
INSERT INTO "groups" VALUES(82,'changes','id=record-7','','','','','918fd09ae283eaac21912520bf7946b471bb3f5e26585b079ffdcc583ee0cbad');
INSERT INTO "groups" VALUES(83,'changes','id=record-3','','','','','924b917fd8ed38a19de5c34261dd73830a0f923f4128d3bb6536d485cae9077f');
INSERT INTO "groups" VALUES(84,'reminders','id=record-7','7 days','Europe/Paris','','','927c5682ce4a8da3dd06029169f2fef80fe85ce96e58930def0fe96bbe278e07');
INSERT INTO "groups" VALUES(85,'reminders','id=record-53','7 days','Europe/Paris','','','97ec6f8477826062965f2b794ef82c178cf361013196a291714c37c8d56ae450');
INSERT INTO "groups" VALUES(86,'reminders','id=record-23','7 days','Europe/Paris','','','9ad23406c3612af7fd8f54856638abf578800778aa49e2311e5d4d5e7f9c936a');
INSERT INTO "groups" VALUES(87,'reminders','id=record-29','7 days','Europe/Paris','','','9b2fc300e034bb94013838a1ecff9a50f6228f4bd329c2f6cfbf2eb795cf6a1f');
INSERT INTO "groups" VALUES(88,'changes','id=record-24','','','','','a31a51ad714a4c37e637e0c6ccf6ca93855aa29be18a6558e838aa19fd8f3b1a');
INSERT INTO "groups" VALUES(89,'changes','id=record-14','','','','','a49f818e71e150f71526861c004879a96296d0a8b76452335c4e588c6be0e68c');
INSERT INTO "groups" VALUES(90,'reminders','id=record-9','7 days','Europe/Paris','','','a575905d955f9384db0122e2ab3c2a5a491996e1ff811ea099c9b623f90afc7a');
INSERT INTO "groups" VALUES(91,'changes','id=record-0','','','','','aaaf46e248bef8f51710d9a6163f7665be8eb4d9d14be42418c90a0f6012baa4');
INSERT INTO "groups" VALUES(92,'changes','id=record-39','','','','','ac4c89208a769dfb93d90873d8ec7ba7b511e40930f1dbc55a4bb8ffe448be92');
INSERT INTO "groups" VALUES(93,'reminders','id=record-30','7 days','Europe/Paris','','','ae5176c317e508a7ebc32b38e96960afd5e384626bf902f56e5cdff12b18dfde');
INSERT INTO "groups" VALUES(94,'reminders','id=record-16','7 days','Europe/Paris','','','aeecbc2a3776d5ebfbbc5800f33cc07820d4811b196a9068382713bd7b72fdcd');
INSERT INTO "groups" VALUES(95,'reminders','id=record-13','7 days','Europe/Paris','','','b557bf587919be55539be7fd0c1060d10ee7204984b2fe9bbaaa9b9d4c7f5f09');
INSERT INTO "groups" VALUES(96,'changes','id=record-38','','','','','b6504331c5b12d9d1d0045c8c56be4510e795f52e737141023f825875a88787a');
INSERT INTO "groups" VALUES(97,'changes','id=record-57','','','','','bad08c25f252cb798cd0552da935eee1011718f3d74873520c25b702c1cad95a');
INSERT INTO "groups" VALUES(98,'changes','id=record-15','','','','','bb5a1b88e5caa9ea5db61c2ca7ace535a8a6f648616370edee4e7300378623e6');
INSERT INTO "groups" VALUES(99,'reminders','id=record-44','7 days','Europe/Paris','','','bcb05d95be1167c79e2ff7df650f5e3ded0a8faa163c7176528f78fcd91079e2');
INSERT INTO "groups" VALUES(100,'reminders','id=record-25','7 days','Europe/Paris','','','c68dbc944f5bf9065b794127492cbbcb3893b9130749951ae35cf157e03a0825');
INSERT INTO "groups" VALUES(101,'reminders','id=record-14','7 days','Europe/Paris','','','c7e87517131be6e44beff2d277648c212dbdd9251e2901a0264b17e368242593');
INSERT INTO "groups" VALUES(102,'changes','id=record-16','','','','','c9a1c7e580b09e8573ccee7471bdaf9bf85cdf0242c5525749ff92f83c681942');
INSERT INTO "groups" VALUES(103,'changes','id=record-46','','','','','cb06389480a4a10287e257703110940a83cd839773a8d7487d98cbe0da533b19');
INSERT INTO "groups" VALUES(104,'reminders','id=record-36','7 days','Europe/Paris','','','cd88e385d4a7dd92e07bf4443e96ee7e325797b8fbdb58d0aba2346a8af7edb9');
INSERT INTO "groups" VALUES(105,'reminders','id=record-34','7 days','Europe/Paris','','','d14b6398082a25d9ee731463d64c4c0a1e306e37f863f051a6a7b103ca4b1f45');
INSERT INTO "groups" VALUES(106,'changes','id=record-43','','','','','d350bd6a84c92fdd8a7d432d4785a4e28beb38ecbe20220582d8ee97cde972c5');
INSERT INTO "groups" VALUES(107,'reminders','id=record-26','7 days','Europe/Paris','','','d52e341d59ecd70828cf878422f82f2803d791051dba4f67312e749e09e873cd');
INSERT INTO "groups" VALUES(108,'changes','id=record-25','','','','','d6ea0b807ce113aaa028771468d12caa22be34da35e429cfba74dc2651080fb3');
INSERT INTO "groups" VALUES(109,'reminders','id=record-45','7 days','Europe/Paris','','','d76dfe0a5befaa48f8def12255e05ddf4f9e5c6a2561d45a74c2dabeefdbf2d8');
INSERT INTO "groups" VALUES(110,'changes','id=record-35','','','','','dc71f4bbaa195bd0175a154bd3d0be739cf3e3622951ee7c967e8d99bd787803');
INSERT INTO "groups" VALUES(111,'reminders','id=record-8','7 days','Europe/Paris','','','e11b381d26a1d0e1dd2b453c5a1722b9c5e43955efe999ed94e0e188feaa5b83');
INSERT INTO "groups" VALUES(112,'changes','id=record-1','','','','','e4c5cb85a7a0389f69cc39dec59b30bdb525a7a32e3430243727d4b224dd3915');
INSERT INTO "groups" VALUES(113,'reminders','id=record-31','7 days','Europe/Paris','','','e605866ce575f0191f09cb77f18b1cd3cb6b0d99d57fd86458add772450403fa');
INSERT INTO "groups" VALUES(114,'changes','id=record-30','','','','','e7dccc96792d15e8e1a795381a9b22bfa516c1aea5e9e1586e13ede0fbfa79db');
INSERT INTO "groups" VALUES(115,'changes','id=record-34','','','','','e82bff56194e55dfad4145f30ad31f91a884f941cff9c0bd90857a853cf9dff4');
INSERT INTO "groups" VALUES(116,'reminders','id=record-39','7 days','Europe/Paris','','','e8812ea626bd3c571c8c36d4915f0507631d5b59367f45cc6d1dfc5e84d600d3');
INSERT INTO "groups" VALUES(117,'changes','id=record-40','','','','','e8d020062f7be0b70be9f72015bc7a5b6a8d8137641e9e3a57b5dd4bd9c1d805');
INSERT INTO "groups" VALUES(118,'reminders','id=record-33','7 days','Europe/Paris','','','e8d4163b57d9f65723a8a60faf981017dbcc8b0f65088adde5d8b092d691f023');
INSERT INTO "groups" VALUES(119,'reminders','id=record-57','7 days','Europe/Paris','','','e8d77b4009f02df124d26e12a6ad520c9574414bf7535e7a5875eca19638b943');
INSERT INTO "groups" VALUES(120,'changes','id=record-53','','','','','eb2ff76e4f2b00b51972eaf19e02f040077a328f53b536266377af7ea066dda8');
INSERT INTO "groups" VALUES(121,'reminders','id=record-41','7 days','Europe/Paris','','','ee2c9fe14832bc2f0381c92a81d4826491fa7710f7797cdd0c99a5e2be434ece');
INSERT INTO "groups" VALUES(122,'changes','id=record-51','','','','','efaf05831dc427a86f0f20780e03b02b4f77a4eff906f5b39e0764a3f8e84845');
INSERT INTO "groups" VALUES(123,'reminders','id=record-20','7 days','Europe/Paris','','','eff11e84244b6193313ba9c74161a4e9a331b37466bfaddef2d86c9a24b10c6f');
INSERT INTO "groups" VALUES(124,'changes','id=record-23','','','','','f07cc7cdb01744e58584d966e913064e5ca6bfbe5715b773f01756a34d8eb874');
INSERT INTO "groups" VALUES(125,'reminders','id=record-37','7 days','Europe/Paris','','','f16080fe3e76103aef1f193b75028aded49136d4a17e5abf91b58e620b699296');
INSERT INTO "groups" VALUES(126,'reminders','id=record-40','7 days','Europe/Paris','','','f2f171478d0a85a0ee732ca70ddf21715a914676f4d3be3341add5dd2ce824d8');
INSERT INTO "groups" VALUES(127,'reminders','id=record-27','7 days','Europe/Paris','','','f324e10d8e5e3b5903342430bf5a4126e66bb1efd1aba060e4eab90af6517c23');
INSERT INTO "groups" VALUES(128,'changes','id=record-41','','','','','f4d50643be8457a58c3a4af6c63baa00cd3bb02d3204ea34f036a36b1aebef13');
INSERT INTO "groups" VALUES(129,'changes','id=record-50','','','','','f8d7285f1a27f8cb0b6a592bfdb1ce88ea46967dc72390cf475f7d28060027d1');
INSERT INTO "groups" VALUES(130,'changes','id=record-28','','','','','f988aa622477636c9745110a37687a0371329e861b070035d639c579f3208a77');
INSERT INTO "groups" VALUES(131,'reminders','id=record-49','7 days','Europe/Paris','','','f9d450041bb8778d08ac8139475ae991170f89af77c1c8353cdcaccbd3f5dcb4');
INSERT INTO "groups" VALUES(132,'reminders','id=record-50','7 days','Europe/Paris','','','f9dd089a0c908e02f7e7c37cfb909484135006e89b928c5749079373c2932932');
INSERT INTO "groups" VALUES(133,'changes','id=record-17','','','','','fd1d347aa6cf33cf650d3bcc1547270e333677f8d99950e1b7506193fda9101e');
INSERT INTO "groups" VALUES(134,'reminders','id=record-54','7 days','Europe/Paris','','','fd80d2ec85966825c2c216f97f6e8cea298a26eb826d4e8863ac134021c8952f');
INSERT INTO "groups" VALUES(135,'changes','id=record-13','','','','','fec699d8d0377e2f09a5c090a135b9bc4f1b77dfae44b271609b387cb8248196');
INSERT INTO "groups" VALUES(136,'reminders','id=record-19','7 days','Europe/Paris','','','ff39684226a6eca6a2e90a6d66527f9bef55ef47e9dea0161ff48e198f600f6e');
INSERT INTO "groups" VALUES(137,'changes','id=record-22','','','','','ffe7589143d25fcd40f8f64cd04e215173689e9d6cd0d9879249ffb3df7e94db');
CREATE TABLE memberships (
	group_id INTEGER NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	since DATETIME NOT NULL, 
	is_fresh BOOLEAN NOT NULL, 
	CONSTRAINT pk_memberships PRIMARY KEY (group_id, subscriber_id), 
	CONSTRAINT fk_memberships_group_id FOREIGN KEY(group_id) REFERENCES groups (id), 
	CONSTRAINT fk_memberships_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
INSERT INTO "memberships" VALUES(1,1,'2027-05-02 11:00:00.000000',0);
INSERT INTO "memberships" VALUES(2,1,'2027-05-02 11:00:00.000000',0);
INSERT INTO "memberships" VALUES(2,3,'2027-05-02 11:00:00.000000',0);
INSERT INTO "memberships" VALUES(3,1,'2027-05-02 11:00:00.000000',0);
INSERT INTO "memberships" VALUES(4,2,'2027-05-02 11:00:00.000000',0);
INSERT INTO "memberships" VALUES(5,2,'2027-05-02 11:00:00.000000',0);
INSERT INTO "memberships" VALUES(6,2,'2027-05-02 11:00:00.000000',0);
INSERT INTO "memberships" VALUES(7,3,'2027-05-02 11:00:00.000000',0);
INSERT INTO "memberships" VALUES(8,3,'2027-05-02 11:00:00.000000',0);
INSERT INTO "memberships" VALUES(9,4,'2027-05-02 11:00:00.000000',0);
INSERT INTO "memberships" VALUES(10,4,'2027-05-02 11:00:00.000000',0);
INSERT INTO "memberships" VALUES(11,7,'2027-06-22 10:04:00.000000',0);
INSERT INTO "memberships" VALUES(13,7,'2027-06-22 10:04:00.000000',0);
INSERT INTO "memberships" VALUES(14,7,'2027-06-22 10:10:00.000000',1);
INSERT INTO "memberships" VALUES(15,7,'2027-06-22 10:10:00.000000',1);
INSERT INTO "memberships" VALUES(16,7,'2027-06-22 10:10:00.000000',1);
INSERT INTO "memberships" VALUES(17,7,'2027-06-22 10:10:00.000000',1);
INSERT INTO "memberships" VALUES(18,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(19,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(20,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(21,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(22,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(23,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(24,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(25,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(26,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(27,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(28,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(29,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(30,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(31,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(32,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(33,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(34,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(35,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(36,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(37,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(38,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(39,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(40,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(41,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(42,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(43,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(44,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(45,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(46,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(47,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(48,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(49,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(50,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(51,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(52,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(53,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(54,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(55,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(56,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(57,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(58,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(59,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(60,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(61,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(62,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(63,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(64,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(65,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(66,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(67,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(68,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(69,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(70,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(71,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(72,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(73,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(74,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(75,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(76,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(77,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(78,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(79,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(80,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(81,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(82,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(83,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(84,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(85,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(86,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(87,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(88,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(89,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(90,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(91,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(92,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(93,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(94,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(95,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(96,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(97,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(98,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(99,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(100,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(101,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(102,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(103,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(104,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(105,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(106,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(107,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(108,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(109,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(110,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(111,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(112,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(113,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(114,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(115,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(116,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(117,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(118,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(119,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(120,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(121,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(122,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(123,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(124,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(125,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(126,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(127,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(128,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(129,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(130,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(131,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(132,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(133,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(134,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(135,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(136,8,'2027-06-22 10:11:00.000000',1);
INSERT INTO "memberships" VALUES(137,8,'2027-06-22 10:11:00.000000',1);
CREATE TABLE notes (
	name VARCHAR(100) NOT NULL, 
	value VARCHAR(200) NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_notes PRIMARY KEY (name)
);
INSERT INTO "notes" VALUES('announced','4','2027-06-22 08:01:00.000000');
INSERT INTO "notes" VALUES('planned','','2027-06-22 10:12:00.000000');
CREATE TABLE occasions (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	kind VARCHAR(10) NOT NULL, 
	record_id VARCHAR(64) NOT NULL, 
	occurrence VARCHAR(10) NOT NULL, 
	moment VARCHAR(30) NOT NULL, 
	revision VARCHAR(100) NOT NULL, 
	lead VARCHAR(40) NOT NULL
);
INSERT INTO "occasions" VALUES(1,'letter','','','confirm','-exH8UZMQSS1WGmjUg74cw','');
INSERT INTO "occasions" VALUES(2,'letter','','','confirm','aCmfShUPAeH8AvEGZUSvwQ','');
INSERT INTO "occasions" VALUES(3,'letter','','','confirm','Nb6Pym3Ecv-e34r7GgdZtA','');
INSERT INTO "occasions" VALUES(4,'letter','','','confirm','EiP-iqaWFujzC9r5vR88Wg','');
INSERT INTO "occasions" VALUES(5,'letter','','','confirm','6Fz8lo8uKkBMkpMSz2NdEw','');
INSERT INTO "occasions" VALUES(6,'letter','','','confirm','IQtbh7AVCUFS_CnUODnqpA','');
INSERT INTO "occasions" VALUES(7,'letter','','','confirm','ezrqKbHaMXMxdH2MQu_6vQ','');
INSERT INTO "occasions" VALUES(8,'letter','','','confirm','I9SlUuSeVjp4_ZbKhs5gQg','');
INSERT INTO "occasions" VALUES(9,'reminder','weekly','2027-05-05','starts','2027-05-05T11:00:00 Europe/Paris','7 days');
INSERT INTO "occasions" VALUES(10,'notice','weekly','','new','1','');
INSERT INTO "occasions" VALUES(11,'digest','','','','daily 2027-05-02T14:00Z','');
INSERT INTO "occasions" VALUES(12,'notice','roads','','changed','2','');
INSERT INTO "occasions" VALUES(13,'reminder','weekly','2027-06-16','starts','2027-06-16T11:00:00 Europe/Paris','7 days');
INSERT INTO "occasions" VALUES(14,'reminder','weekly','2027-06-09','starts','2027-06-09T11:00:00 Europe/Paris','1 day');
INSERT INTO "occasions" VALUES(15,'reminder','roads','','questions_by','2027-06-20T24:00 Europe/Paris','14 days');
INSERT INTO "occasions" VALUES(16,'reminder','weekly','2027-06-09','starts','2027-06-09T11:00:00 Europe/Paris','7 days');
INSERT INTO "occasions" VALUES(17,'reminder','weekly','2027-06-02','starts','2027-06-02T11:00:00 Europe/Paris','1 day');
INSERT INTO "occasions" VALUES(18,'reminder','weekly','2027-06-02','starts','2027-06-02T11:00:00 Europe/Paris','7 days');
INSERT INTO "occasions" VALUES(19,'reminder','weekly','2027-05-26','starts','2027-05-26T11:00:00 Europe/Paris','1 day');
INSERT INTO "occasions" VALUES(20,'reminder','weekly','2027-05-26','starts','2027-05-26T11:00:00 Europe/Paris','7 days');
INSERT INTO "occasions" VALUES(21,'reminder','weekly','2027-05-19','starts','2027-05-19T11:00:00 Europe/Paris','1 day');
INSERT INTO "occasions" VALUES(22,'reminder','weekly','2027-05-19','starts','2027-05-19T11:00:00 Europe/Paris','7 days');
INSERT INTO "occasions" VALUES(23,'reminder','weekly','2027-05-12','starts','2027-05-12T11:00:00 Europe/Paris','1 day');
INSERT INTO "occasions" VALUES(24,'reminder','weekly','2027-05-12','starts','2027-05-12T11:00:00 Europe/Paris','7 days');
INSERT INTO "occasions" VALUES(25,'reminder','weekly','2027-05-05','starts','2027-05-05T11:00:00 Europe/Paris','1 day');
INSERT INTO "occasions" VALUES(26,'digest','','','','daily 2027-06-09T14:00Z','');
INSERT INTO "occasions" VALUES(27,'notice','bridge','','new','1','');
INSERT INTO "occasions" VALUES(28,'digest','','','','daily 2027-06-11T14:00Z','');
INSERT INTO "occasions" VALUES(29,'reminder','roads','','questions_by','2027-06-20T24:00 Europe/Paris','1 day');
INSERT INTO "occasions" VALUES(30,'reminder','roads','','questions_by','2027-06-20T24:00 Europe/Paris','3 days');
INSERT INTO "occasions" VALUES(31,'reminder','weekly','2027-06-23','starts','2027-06-23T11:00:00 Europe/Paris','7 days');
INSERT INTO "occasions" VALUES(32,'reminder','weekly','2027-06-16','starts','2027-06-16T11:00:00 Europe/Paris','1 day');
INSERT INTO "occasions" VALUES(33,'reminder','roads','','questions_by','2027-06-20T24:00 Europe/Paris','5 working days');
INSERT INTO "occasions" VALUES(34,'reminder','roads','','questions_by','2027-06-20T24:00 Europe/Paris','7 days');
INSERT INTO "occasions" VALUES(35,'digest','','','','daily 2027-06-19T14:00Z','');
INSERT INTO "occasions" VALUES(36,'notice','forum','','changed','2','');
INSERT INTO "occasions" VALUES(37,'notice','market','','new','1','');
INSERT INTO "occasions" VALUES(38,'notice','roads','','changed','3','');
INSERT INTO "occasions" VALUES(39,'digest','','','','daily 2027-06-21T14:00Z','');
INSERT INTO "occasions" VALUES(40,'letter','','','confirm','iLD_pzPyem0Khao1J9wKUQ','');
INSERT INTO "occasions" VALUES(41,'reminder','weekly','2027-06-23','starts','2027-06-23T11:00:00 Europe/Paris','1 day');
INSERT INTO "occasions" VALUES(42,'letter','','','confirm','OTod2BoWy33zQTak_S-uZQ','');
INSERT INTO "occasions" VALUES(43,'letter','','','confirm','FLt7MfUNpL2IAxLg3A6LEw','');
INSERT INTO "occasions" VALUES(44,'letter','','','confirm','6iL8G6rGFHYXUzsIbqaeew','');
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
INSERT INTO "revisions" VALUES('forum',1,1,0,'2027-05-01 09:00:00.000000',0,'{"id": "forum", "kind": "event", "title": {"en": "Forum"}, "languages": ["en"], "schedule": {"span": {"first": "2027-07-01", "last": "2027-07-01"}, "words": "1 July 2027"}}','[]');
INSERT INTO "revisions" VALUES('roads',1,1,0,'2027-05-01 09:00:00.000000',0,'{"id": "roads", "kind": "tender", "title": {"en": "Road works", "fr": "Travaux"}, "tags": ["roads"], "languages": ["en", "fr"], "milestones": {"questions_by": {"at": {"day": "2027-06-20", "zone": "Europe/Paris"}, "words": "20 June 2027"}, "closes": {"at": {"day": "2027-07-10", "clock": "17:00:00", "zone": "Europe/Paris"}, "words": "10 July 2027 at 17.00 CET"}}}','[["questions_by", null, "2027-06-20T21:59:59Z"], ["closes", null, "2027-07-10T15:00:00Z"]]');
INSERT INTO "revisions" VALUES('weekly',1,1,0,'2027-05-01 09:00:00.000000',0,'{"id": "weekly", "kind": "webinar", "title": {"en": "Office hour"}, "place": {"online": true}, "languages": ["en"], "schedule": {"span": {"starts": {"day": "2027-05-05", "clock": "11:00:00", "zone": "Europe/Paris"}, "ends": {"day": "2027-05-05", "clock": "12:00:00", "zone": "Europe/Paris"}}, "words": "5 May 2027 at 11.00-12.00 CET", "rule": {"frequency": "WEEKLY", "by_day": ["WE"], "until": "2027-06-30", "words": "every week until 30 June 2027"}}}','[["starts", "2027-05-05", "2027-05-05T09:00:00Z"], ["ends", "2027-05-05", "2027-05-05T10:00:00Z"], ["starts", "2027-05-12", "2027-05-12T09:00:00Z"], ["ends", "2027-05-12", "2027-05-12T10:00:00Z"], ["starts", "2027-05-19", "2027-05-19T09:00:00Z"], ["ends", "2027-05-19", "2027-05-19T10:00:00Z"], ["starts", "2027-05-26", "2027-05-26T09:00:00Z"], ["ends", "2027-05-26", "2027-05-26T10:00:00Z"], ["starts", "2027-06-02", "2027-06-02T09:00:00Z"], ["ends", "2027-06-02", "2027-06-02T10:00:00Z"], ["starts", "2027-06-09", "2027-06-09T09:00:00Z"], ["ends", "2027-06-09", "2027-06-09T10:00:00Z"], ["starts", "2027-06-16", "2027-06-16T09:00:00Z"], ["ends", "2027-06-16", "2027-06-16T10:00:00Z"], ["starts", "2027-06-23", "2027-06-23T09:00:00Z"], ["ends", "2027-06-23", "2027-06-23T10:00:00Z"], ["starts", "2027-06-30", "2027-06-30T09:00:00Z"], ["ends", "2027-06-30", "2027-06-30T10:00:00Z"]]');
INSERT INTO "revisions" VALUES('roads',2,2,1,'2027-06-10 08:00:00.000000',0,'{"id": "roads", "kind": "tender", "title": {"en": "Road works", "fr": "Travaux"}, "tags": ["roads"], "languages": ["en", "fr"], "note_of_change": {"en": "More time was asked for"}, "milestones": {"questions_by": {"at": {"day": "2027-06-20", "zone": "Europe/Paris"}, "words": "20 June 2027"}, "closes": {"at": {"day": "2027-07-17", "clock": "17:00:00", "zone": "Europe/Paris"}, "words": "17 July 2027 at 17.00 CET"}}}','[["questions_by", null, "2027-06-20T21:59:59Z"], ["closes", null, "2027-07-17T15:00:00Z"]]');
INSERT INTO "revisions" VALUES('bridge',1,3,0,'2027-06-12 08:00:00.000000',0,'{"id": "bridge", "kind": "tender", "title": {"en": "Bridge"}, "tags": ["bridges"], "languages": ["en"], "milestones": {"closes": {"at": {"day": "2027-09-15", "clock": "17:00:00", "zone": "Europe/Paris"}, "words": "15 September 2027 at 17.00 CET"}}}','[["closes", null, "2027-09-15T15:00:00Z"]]');
INSERT INTO "revisions" VALUES('forum',2,4,1,'2027-06-22 08:00:00.000000',0,'{"id": "forum", "kind": "event", "title": {"en": "Forum"}, "status": "cancelled", "languages": ["en"], "note_of_change": {"en": "The hall is flooded"}, "schedule": {"span": {"first": "2027-07-01", "last": "2027-07-01"}, "words": "1 July 2027"}}','[]');
INSERT INTO "revisions" VALUES('market',1,4,0,'2027-06-22 08:00:00.000000',0,'{"id": "market", "kind": "event", "title": {"en": "Market"}, "languages": ["en"], "schedule": {"span": {"first": "2027-09-12", "last": "2027-09-12"}, "words": "12 September 2027"}}','[]');
INSERT INTO "revisions" VALUES('roads',3,4,2,'2027-06-22 08:00:00.000000',0,'{"id": "roads", "kind": "tender", "title": {"en": "Road works", "fr": "Travaux"}, "tags": ["roads"], "languages": ["en", "fr"], "note_of_change": {"en": "The site visit was late"}, "milestones": {"questions_by": {"at": {"day": "2027-06-20", "zone": "Europe/Paris"}, "words": "20 June 2027"}, "closes": {"at": {"day": "2027-07-24", "clock": "12:00:00", "zone": "Europe/Paris"}, "words": "24 July 2027 at 12.00 CET"}}}','[["questions_by", null, "2027-06-20T21:59:59Z"], ["closes", null, "2027-07-24T10:00:00Z"]]');
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
INSERT INTO "signups" VALUES(1,'Asnq0q5rXSxUqeGsiVfJ8w','confirmed','ada@example.com','4efbdaf5750ab1468363179bd30e988bac3f50f7929c1717d92e0c3474cae832','268ad8a892882686abd54bb5ed9b549be4cfcf8ac354c8467e23c234d028d4a5','{"selection": "", "leads": [], "wants_new": true, "digest": "", "language": "en", "zone": "Europe/Paris", "country": "", "consent": {"words": "Remind me by mail.", "form": "reminders"}}','2027-05-02 10:00:00.000000','2027-05-02 11:00:00.000000');
INSERT INTO "signups" VALUES(2,'LD3gAChAZgslNRCsNHfyyw','confirmed','ben@example.com','4ec915ac83c32855185d89b0c19f38ebbe66a01c07bd7fc2cdf9cf8f377f4fd5','0bb83c2f1e52d83e71281297f4c8e5a27affab5dda8520d3fff18bdf3f419bd4','{"selection": "kind=tender&tag=roads", "leads": ["14 days", "5 working days"], "wants_new": false, "digest": "", "language": "fr", "zone": "Asia/Seoul", "country": "KR", "consent": {"words": "Remind me by mail.", "form": "reminders"}}','2027-05-02 10:01:00.000000','2027-05-02 11:00:00.000000');
INSERT INTO "signups" VALUES(3,'qXcIsRLtJ_wTzEYjH6mj4A','confirmed','cy@example.com','0a8e75b932410c0756b8e7c9a0915bafb042f8e7f691585f97c2e615bf8f2b75','f3701e032fe000250a7a6512aa1123689682879aebf2b2dbb092d31df43cadb8','{"selection": "", "leads": ["7 days"], "wants_new": true, "digest": "daily", "language": "en", "zone": "America/Lima", "country": "", "consent": {"words": "Remind me by mail.", "form": "reminders"}}','2027-05-02 10:02:00.000000','2027-05-02 11:00:00.000000');
INSERT INTO "signups" VALUES(4,'39snm5HcFHdWq1Z9vA4m8Q','confirmed','dora@example.com','f315fd78d97fb3b9625d90f4dd2e76a99d7b2f7496e02c869584d0b5b0ae1555','86cc5e824755b8926d6d4288c3f06376bd18ac9614d04859557023b3dc82057a','{"selection": "id=forum", "leads": ["1 day"], "wants_new": false, "digest": "", "language": "en", "zone": "Europe/Paris", "country": "", "consent": {"words": "Remind me by mail.", "form": "reminders"}}','2027-05-02 10:03:00.000000','2027-05-02 11:00:00.000000');
INSERT INTO "signups" VALUES(5,'5_KmKTetgMKumDVwpXavbA','confirmed','emil@example.com','ed539e8494048c51befbd530b6566a1ef254dc79b5d6882625fd5877e61c6830','eefd0b3ba49fc7dec376dd7dd208718af86901d63a4d78a645723fac958a220c','{"selection": "kind=tender", "leads": ["3 days"], "wants_new": false, "digest": "", "language": "en", "zone": "Europe/Paris", "country": "", "consent": {"words": "Remind me by mail.", "form": "reminders"}}','2027-05-02 10:04:00.000000','2027-05-02 11:00:00.000000');
INSERT INTO "signups" VALUES(6,'lunMxkLDcNa_QIyRMZkMPw','confirmed','fay@example.com','de456dbbd64b742abc78a69dfe6fe2239909814e535fd88137c7e3f2802959ef','330e58e7bd0ba645ebfe143eb84dd4bfb3f0ec4c629eb3bc5e232ab454f8e128','{"selection": "kind=tender", "leads": ["3 days"], "wants_new": false, "digest": "", "language": "en", "zone": "Europe/Paris", "country": "", "consent": {"words": "Remind me by mail.", "form": "reminders"}}','2027-05-02 10:05:00.000000','2027-05-02 11:00:00.000000');
INSERT INTO "signups" VALUES(8,'0aBhlddpzI9TlffiKPjKDg','mailed','hal@example.com','66376bd5af2ab4fce22099fe40861962d3c0d256d138619dbab7eae072303741','87a74cbf5e9fc019100dd635ff8c0108d846c0e02054f83bfd5b7cdcf9c1def8','{"selection": "kind=tender", "leads": ["3 days"], "wants_new": false, "digest": "", "language": "en", "zone": "Europe/Paris", "country": "", "consent": {"words": "Remind me by mail.", "form": "reminders"}}','2027-05-02 10:07:00.000000','2027-05-02 10:10:00.000000');
INSERT INTO "signups" VALUES(9,'qEA5Zzwyw7yFBrybLRvxgw','mailed','ivy@example.com','d29ec6691766878883c126a9b4f26e4575329715ecd15d83ae7798daeb60d927','ad7dd3297e9fdf8b28095d2a3e9988b1110d72e8725b80baeb9d0ca76254bca2','{"selection": "tag=bridges", "leads": ["1 day"], "wants_new": false, "digest": "", "language": "en", "zone": "Europe/Paris", "country": "", "consent": {"words": "Remind me by mail.", "form": "reminders"}}','2027-06-22 10:00:00.000000','2027-06-22 10:01:00.000000');
INSERT INTO "signups" VALUES(10,'ngJx3VEeLTF0JsHLns6j2Q','mailed','jo@example.com','d912b6d64b8e253e1d22270337ec18c5555ffc89a35802cb1293c679d50ff091','da9bef7e5375ea8b8d304279f9327e3e37d5228c2fbabe425730262a67c82a3a','{"selection": "tag=bridges", "leads": ["1 day"], "wants_new": false, "digest": "", "language": "en", "zone": "Europe/Paris", "country": "", "consent": {"words": "Remind me by mail.", "form": "reminders"}}','2027-06-22 10:02:00.000000','2027-06-22 10:03:00.000000');
INSERT INTO "signups" VALUES(11,'pncmLnBXoB_w8xMzY_rp1A','confirmed','kim@example.com','576c3486d9c729d02d610e0f07122bf4c4b74a68753f9f3043075c52f15f1849','b803ba011cb06aa5db6adbe488f0786a9f0b8950db91604a34c7c5b09ed7676f','{"selection": "kind=tender", "leads": ["7 days"], "wants_new": false, "digest": "", "language": "en", "zone": "Europe/Paris", "country": "", "consent": {"words": "Remind me by mail.", "form": "reminders"}}','2027-06-21 10:00:00.000000','2027-06-22 10:04:00.000000');
INSERT INTO "signups" VALUES(12,'WtAs76HqXW5o14VjxdXvfA','confirmed','lou@example.com','204dda91d72e2dd9506b8bf363580d35622f9a33a9edab2d6475e5c2fd4ca363','3738b9a452b83433fc78a9c060e782c7b5214a279c9010bd3e4d7a2bfb973491','{"selection": "kind=tender", "leads": ["7 days"], "wants_new": false, "digest": "", "language": "en", "zone": "Europe/Paris", "country": "", "consent": {"words": "Remind me by mail.", "form": "reminders"}}','2027-06-21 10:01:00.000000','2027-06-22 10:06:00.000000');
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
INSERT INTO "subscribers" VALUES(1,'vhnxlnEVWayYOLtD92fnRA','mail','ada@example.com','4efbdaf5750ab1468363179bd30e988bac3f50f7929c1717d92e0c3474cae832','','','en','Europe/Paris','','','active',0,NULL,'{"words": "Remind me by mail.", "form": "reminders", "asked_at": "2027-05-02T10:00:00+00:00", "confirmed_at": "2027-05-02T11:00:00+00:00"}','2027-05-02 11:00:00.000000','2027-05-02 11:00:00.000000',NULL);
INSERT INTO "subscribers" VALUES(2,'89EjXUg5H87j0FSTDDnMIw','mail','ben@example.com','4ec915ac83c32855185d89b0c19f38ebbe66a01c07bd7fc2cdf9cf8f377f4fd5','','','fr','Asia/Seoul','KR','','active',0,NULL,'{"words": "Remind me by mail.", "form": "reminders", "asked_at": "2027-05-02T10:01:00+00:00", "confirmed_at": "2027-05-02T11:00:00+00:00"}','2027-05-02 11:00:00.000000','2027-05-02 11:00:00.000000',NULL);
INSERT INTO "subscribers" VALUES(3,'twgQgXvF0FV7g8EH3tcdTQ','mail','cy@example.com','0a8e75b932410c0756b8e7c9a0915bafb042f8e7f691585f97c2e615bf8f2b75','','','en','America/Lima','','daily','active',0,NULL,'{"words": "Remind me by mail.", "form": "reminders", "asked_at": "2027-05-02T10:02:00+00:00", "confirmed_at": "2027-05-02T11:00:00+00:00"}','2027-05-02 11:00:00.000000','2027-05-02 11:00:00.000000',NULL);
INSERT INTO "subscribers" VALUES(4,'yFJBC89E4SbgOkPsnxfzBg','webhook','https://hooks.example.com/dora','cc6cd05e0701ebeb40b2c3ca32656ff4338e0d1f12cf22257808fa576176baa9','dora@example.com','whsec_6it76m0VI2qLaO23cO5Mx5IX21IFRHNYeJk/pkuIvnc=','en','Europe/Paris','','','active',0,NULL,'{"words": "Remind me by mail.", "form": "reminders", "asked_at": "2027-05-02T10:03:00+00:00", "confirmed_at": "2027-05-02T11:00:00+00:00"}','2027-05-02 11:00:00.000000','2027-05-03 10:00:00.000000',NULL);
INSERT INTO "subscribers" VALUES(5,'CDwi-LEpukgMMliE3mWBxw','mail','emil@example.com','ed539e8494048c51befbd530b6566a1ef254dc79b5d6882625fd5877e61c6830','','','en','Europe/Paris','','','paused',0,NULL,'{"words": "Remind me by mail.", "form": "reminders", "asked_at": "2027-05-02T10:04:00+00:00", "confirmed_at": "2027-05-02T11:00:00+00:00"}','2027-05-02 11:00:00.000000','2027-05-03 09:00:00.000000',NULL);
INSERT INTO "subscribers" VALUES(6,'HS-Dd5IRZ8iWLt5moMqheg','mail','fay@example.com','de456dbbd64b742abc78a69dfe6fe2239909814e535fd88137c7e3f2802959ef','','','en','Europe/Paris','','','ended',0,NULL,'{"words": "Remind me by mail.", "form": "reminders", "asked_at": "2027-05-02T10:05:00+00:00", "confirmed_at": "2027-05-02T11:00:00+00:00"}','2027-05-02 11:00:00.000000','2027-06-20 09:00:00.000000','2027-06-20 09:00:00.000000');
INSERT INTO "subscribers" VALUES(7,'xLKbajgPpirq6jflAXYGmA','mail','kim@example.com','576c3486d9c729d02d610e0f07122bf4c4b74a68753f9f3043075c52f15f1849','','','en','Europe/Paris','','','active',0,NULL,'{"words": "Remind me by mail.", "form": "reminders", "asked_at": "2027-06-21T10:00:00+00:00", "confirmed_at": "2027-06-22T10:04:00+00:00"}','2027-06-22 10:04:00.000000','2027-06-22 10:10:00.000000',NULL);
INSERT INTO "subscribers" VALUES(8,'anTKwYLFve57Cv9pX6EAkg','mail','lou@example.com','204dda91d72e2dd9506b8bf363580d35622f9a33a9edab2d6475e5c2fd4ca363','','','en','Europe/Paris','','','active',0,NULL,'{"words": "Remind me by mail.", "form": "reminders", "asked_at": "2027-06-21T10:01:00+00:00", "confirmed_at": "2027-06-22T10:06:00+00:00"}','2027-06-22 10:06:00.000000','2027-06-22 10:11:00.000000',NULL);
CREATE TABLE suppressions (
	address_key VARCHAR(64) NOT NULL, 
	reason VARCHAR(20) NOT NULL, 
	since DATETIME NOT NULL, 
	until DATETIME, 
	CONSTRAINT pk_suppressions PRIMARY KEY (address_key)
);
INSERT INTO "suppressions" VALUES('5eb5f15bbee5dcd2d79653d1543f39d77934449647259b51aafa2bd53a5f49bf','not me','2027-05-02 12:00:00.000000',NULL);
INSERT INTO "suppressions" VALUES('de456dbbd64b742abc78a69dfe6fe2239909814e535fd88137c7e3f2802959ef','ended','2027-06-20 09:00:00.000000',NULL);
CREATE TABLE tallies (
	"key" VARCHAR(100) NOT NULL, 
	begins DATETIME NOT NULL, 
	count INTEGER NOT NULL, 
	CONSTRAINT pk_tallies PRIMARY KEY ("key", begins)
);
INSERT INTO "tallies" VALUES('client:9b80c82c3ad02bd788738b34965ad81d5d53c1fb4d7e2ff0a56a43125e6fcf17','2027-05-02 10:00:00.000000',1);
INSERT INTO "tallies" VALUES('client:9b80c82c3ad02bd788738b34965ad81d5d53c1fb4d7e2ff0a56a43125e6fcf17','2027-05-02 10:01:00.000000',1);
INSERT INTO "tallies" VALUES('client:9b80c82c3ad02bd788738b34965ad81d5d53c1fb4d7e2ff0a56a43125e6fcf17','2027-05-02 10:02:00.000000',1);
INSERT INTO "tallies" VALUES('client:9b80c82c3ad02bd788738b34965ad81d5d53c1fb4d7e2ff0a56a43125e6fcf17','2027-05-02 10:03:00.000000',1);
INSERT INTO "tallies" VALUES('client:9b80c82c3ad02bd788738b34965ad81d5d53c1fb4d7e2ff0a56a43125e6fcf17','2027-05-02 10:04:00.000000',1);
INSERT INTO "tallies" VALUES('client:9b80c82c3ad02bd788738b34965ad81d5d53c1fb4d7e2ff0a56a43125e6fcf17','2027-05-02 10:05:00.000000',1);
INSERT INTO "tallies" VALUES('client:9b80c82c3ad02bd788738b34965ad81d5d53c1fb4d7e2ff0a56a43125e6fcf17','2027-05-02 10:06:00.000000',1);
INSERT INTO "tallies" VALUES('client:9b80c82c3ad02bd788738b34965ad81d5d53c1fb4d7e2ff0a56a43125e6fcf17','2027-05-02 10:07:00.000000',1);
INSERT INTO "tallies" VALUES('mailbox:268ad8a892882686abd54bb5ed9b549be4cfcf8ac354c8467e23c234d028d4a5','2027-05-02 10:10:00.000000',1);
INSERT INTO "tallies" VALUES('signups','2027-05-02 10:10:00.000000',8);
INSERT INTO "tallies" VALUES('mailbox:0bb83c2f1e52d83e71281297f4c8e5a27affab5dda8520d3fff18bdf3f419bd4','2027-05-02 10:10:00.000000',1);
INSERT INTO "tallies" VALUES('mailbox:f3701e032fe000250a7a6512aa1123689682879aebf2b2dbb092d31df43cadb8','2027-05-02 10:10:00.000000',1);
INSERT INTO "tallies" VALUES('mailbox:86cc5e824755b8926d6d4288c3f06376bd18ac9614d04859557023b3dc82057a','2027-05-02 10:10:00.000000',1);
INSERT INTO "tallies" VALUES('mailbox:eefd0b3ba49fc7dec376dd7dd208718af86901d63a4d78a645723fac958a220c','2027-05-02 10:10:00.000000',1);
INSERT INTO "tallies" VALUES('mailbox:330e58e7bd0ba645ebfe143eb84dd4bfb3f0ec4c629eb3bc5e232ab454f8e128','2027-05-02 10:10:00.000000',1);
INSERT INTO "tallies" VALUES('mailbox:1ef21e0a4c66961b1e000a2eee0f971afb0230017fb398486b63fc6ba8e8af94','2027-05-02 10:10:00.000000',1);
INSERT INTO "tallies" VALUES('mailbox:87a74cbf5e9fc019100dd635ff8c0108d846c0e02054f83bfd5b7cdcf9c1def8','2027-05-02 10:10:00.000000',1);
INSERT INTO "tallies" VALUES('webhook:yFJBC89E4SbgOkPsnxfzBg','2027-05-03 10:00:00.000000',1);
INSERT INTO "tallies" VALUES('client:9b80c82c3ad02bd788738b34965ad81d5d53c1fb4d7e2ff0a56a43125e6fcf17','2027-06-22 10:00:00.000000',1);
INSERT INTO "tallies" VALUES('mailbox:ad7dd3297e9fdf8b28095d2a3e9988b1110d72e8725b80baeb9d0ca76254bca2','2027-06-22 10:01:00.000000',1);
INSERT INTO "tallies" VALUES('signups','2027-06-22 10:01:00.000000',1);
INSERT INTO "tallies" VALUES('client:9b80c82c3ad02bd788738b34965ad81d5d53c1fb4d7e2ff0a56a43125e6fcf17','2027-06-22 10:02:00.000000',1);
INSERT INTO "tallies" VALUES('client:9b80c82c3ad02bd788738b34965ad81d5d53c1fb4d7e2ff0a56a43125e6fcf17','2027-06-21 10:00:00.000000',1);
INSERT INTO "tallies" VALUES('mailbox:b803ba011cb06aa5db6adbe488f0786a9f0b8950db91604a34c7c5b09ed7676f','2027-06-22 10:03:00.000000',1);
INSERT INTO "tallies" VALUES('signups','2027-06-22 10:03:00.000000',2);
INSERT INTO "tallies" VALUES('mailbox:da9bef7e5375ea8b8d304279f9327e3e37d5228c2fbabe425730262a67c82a3a','2027-06-22 10:03:00.000000',1);
INSERT INTO "tallies" VALUES('client:9b80c82c3ad02bd788738b34965ad81d5d53c1fb4d7e2ff0a56a43125e6fcf17','2027-06-21 10:01:00.000000',1);
INSERT INTO "tallies" VALUES('mailbox:3738b9a452b83433fc78a9c060e782c7b5214a279c9010bd3e4d7a2bfb973491','2027-06-22 10:05:00.000000',1);
INSERT INTO "tallies" VALUES('signups','2027-06-22 10:05:00.000000',1);
CREATE TABLE watches (
	id INTEGER NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	selection VARCHAR(2000) NOT NULL, 
	leads VARCHAR(400) NOT NULL, 
	wants_new BOOLEAN NOT NULL, 
	CONSTRAINT pk_watches PRIMARY KEY (id), 
	CONSTRAINT fk_watches_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id) ON DELETE CASCADE
);
INSERT INTO "watches" VALUES(1,1,'','',1);
INSERT INTO "watches" VALUES(2,2,'kind=tender&tag=roads','14 days,5 working days',0);
INSERT INTO "watches" VALUES(3,3,'','7 days',1);
INSERT INTO "watches" VALUES(5,5,'kind=tender','3 days',0);
INSERT INTO "watches" VALUES(6,6,'kind=tender','3 days',0);
INSERT INTO "watches" VALUES(7,4,'id=forum','1 day',0);
INSERT INTO "watches" VALUES(10,7,'x=1','7 days',0);
INSERT INTO "watches" VALUES(11,7,'kind=tender','7 days',0);
INSERT INTO "watches" VALUES(12,7,'id=','7 days',0);
INSERT INTO "watches" VALUES(13,8,'id=record-0','7 days',0);
INSERT INTO "watches" VALUES(14,8,'id=record-1','7 days',0);
INSERT INTO "watches" VALUES(15,8,'id=record-2','7 days',0);
INSERT INTO "watches" VALUES(16,8,'id=record-3','7 days',0);
INSERT INTO "watches" VALUES(17,8,'id=record-4','7 days',0);
INSERT INTO "watches" VALUES(18,8,'id=record-5','7 days',0);
INSERT INTO "watches" VALUES(19,8,'id=record-6','7 days',0);
INSERT INTO "watches" VALUES(20,8,'id=record-7','7 days',0);
INSERT INTO "watches" VALUES(21,8,'id=record-8','7 days',0);
INSERT INTO "watches" VALUES(22,8,'id=record-9','7 days',0);
INSERT INTO "watches" VALUES(23,8,'id=record-10','7 days',0);
INSERT INTO "watches" VALUES(24,8,'id=record-11','7 days',0);
INSERT INTO "watches" VALUES(25,8,'id=record-12','7 days',0);
INSERT INTO "watches" VALUES(26,8,'id=record-13','7 days',0);
INSERT INTO "watches" VALUES(27,8,'id=record-14','7 days',0);
INSERT INTO "watches" VALUES(28,8,'id=record-15','7 days',0);
INSERT INTO "watches" VALUES(29,8,'id=record-16','7 days',0);
INSERT INTO "watches" VALUES(30,8,'id=record-17','7 days',0);
INSERT INTO "watches" VALUES(31,8,'id=record-18','7 days',0);
INSERT INTO "watches" VALUES(32,8,'id=record-19','7 days',0);
INSERT INTO "watches" VALUES(33,8,'id=record-20','7 days',0);
INSERT INTO "watches" VALUES(34,8,'id=record-21','7 days',0);
INSERT INTO "watches" VALUES(35,8,'id=record-22','7 days',0);
INSERT INTO "watches" VALUES(36,8,'id=record-23','7 days',0);
INSERT INTO "watches" VALUES(37,8,'id=record-24','7 days',0);
INSERT INTO "watches" VALUES(38,8,'id=record-25','7 days',0);
INSERT INTO "watches" VALUES(39,8,'id=record-26','7 days',0);
INSERT INTO "watches" VALUES(40,8,'id=record-27','7 days',0);
INSERT INTO "watches" VALUES(41,8,'id=record-28','7 days',0);
INSERT INTO "watches" VALUES(42,8,'id=record-29','7 days',0);
INSERT INTO "watches" VALUES(43,8,'id=record-30','7 days',0);
INSERT INTO "watches" VALUES(44,8,'id=record-31','7 days',0);
INSERT INTO "watches" VALUES(45,8,'id=record-32','7 days',0);
INSERT INTO "watches" VALUES(46,8,'id=record-33','7 days',0);
INSERT INTO "watches" VALUES(47,8,'id=record-34','7 days',0);
INSERT INTO "watches" VALUES(48,8,'id=record-35','7 days',0);
INSERT INTO "watches" VALUES(49,8,'id=record-36','7 days',0);
INSERT INTO "watches" VALUES(50,8,'id=record-37','7 days',0);
INSERT INTO "watches" VALUES(51,8,'id=record-38','7 days',0);
INSERT INTO "watches" VALUES(52,8,'id=record-39','7 days',0);
INSERT INTO "watches" VALUES(53,8,'id=record-40','7 days',0);
INSERT INTO "watches" VALUES(54,8,'id=record-41','7 days',0);
INSERT INTO "watches" VALUES(55,8,'id=record-42','7 days',0);
INSERT INTO "watches" VALUES(56,8,'id=record-43','7 days',0);
INSERT INTO "watches" VALUES(57,8,'id=record-44','7 days',0);
INSERT INTO "watches" VALUES(58,8,'id=record-45','7 days',0);
INSERT INTO "watches" VALUES(59,8,'id=record-46','7 days',0);
INSERT INTO "watches" VALUES(60,8,'id=record-47','7 days',0);
INSERT INTO "watches" VALUES(61,8,'id=record-48','7 days',0);
INSERT INTO "watches" VALUES(62,8,'id=record-49','7 days',0);
INSERT INTO "watches" VALUES(63,8,'id=record-50','7 days',0);
INSERT INTO "watches" VALUES(64,8,'id=record-51','7 days',0);
INSERT INTO "watches" VALUES(65,8,'id=record-52','7 days',0);
INSERT INTO "watches" VALUES(66,8,'id=record-53','7 days',0);
INSERT INTO "watches" VALUES(67,8,'id=record-54','7 days',0);
INSERT INTO "watches" VALUES(68,8,'id=record-55','7 days',0);
INSERT INTO "watches" VALUES(69,8,'id=record-56','7 days',0);
INSERT INTO "watches" VALUES(70,8,'id=record-57','7 days',0);
INSERT INTO "watches" VALUES(71,8,'id=record-58','7 days',0);
INSERT INTO "watches" VALUES(72,8,'id=record-59','7 days',0);
CREATE TABLE workers (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	process VARCHAR(200) NOT NULL, 
	beat BIGINT NOT NULL, 
	beat_at DATETIME NOT NULL
);
INSERT INTO "workers" VALUES(1,'machine|boot|1|1 1',1,'2027-05-01 09:01:00.000000');
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
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('editions',4);
INSERT INTO "sqlite_sequence" VALUES('workers',1);
INSERT INTO "sqlite_sequence" VALUES('signups',12);
INSERT INTO "sqlite_sequence" VALUES('occasions',44);
INSERT INTO "sqlite_sequence" VALUES('deliveries',36);
INSERT INTO "sqlite_sequence" VALUES('subscribers',8);
INSERT INTO "sqlite_sequence" VALUES('groups',137);
COMMIT;
