"""A hash chain for every upgrade, made by the database itself, and signatures over its links.

Each row that is written about an upgrade (its opening and closing, events, lease changes, evidence) is copied
into ``chain`` as JSON text and hashed together with the link before it. The functions run as the tables' owner,
so that a role that may only add rows to the journal can neither leave a row out nor write a link of its own.
The time of writing is the database's, whatever the writer says. What was there before is taken into the
chain as it is found, marked ``carried``.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE srx_issu.chain (
    upgrade_id text NOT NULL,
    position bigint NOT NULL,
    source text NOT NULL,
    row_key text NOT NULL,
    payload text NOT NULL,
    previous text NOT NULL,
    hash text NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT chain_pkey PRIMARY KEY (upgrade_id, position)
);

CREATE TABLE srx_issu.signatures (
    upgrade_id text NOT NULL,
    position bigint NOT NULL,
    hash text NOT NULL,
    key_id text NOT NULL,
    signature text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT signatures_pkey PRIMARY KEY (upgrade_id, position)
);
"""

# The zone is fixed because to_jsonb() writes times in the session's.
HEADER = "SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'"

LINK = f"""
CREATE FUNCTION srx_issu.link_row(chained text, source text, row_key text, what text, entry jsonb, carried boolean)
RETURNS void LANGUAGE plpgsql {HEADER} AS $$
DECLARE
    last record;
    moment timestamptz;
    place bigint;
    previous text;
    payload text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(chained, 0));
    SELECT link.position, link.hash INTO last FROM srx_issu.chain AS link
        WHERE link.upgrade_id = chained ORDER BY link.position DESC LIMIT 1;
    moment := clock_timestamp();
    place := coalesce(last.position, 0) + 1;
    previous := coalesce(last.hash, repeat('0', 64));
    payload := jsonb_build_object('format', 1, 'upgrade_id', chained, 'position', place, 'source', source,
        'row_key', row_key, 'what', what, 'carried', carried, 'recorded_at', moment, 'row', entry)::text;
    INSERT INTO srx_issu.chain VALUES (chained, place, source, row_key, payload, previous,
        encode(sha256(convert_to(previous || chr(10) || payload, 'UTF8')), 'hex'), moment);
END $$;
"""

FUNCTIONS = f"""
CREATE FUNCTION srx_issu.stamp_row() RETURNS trigger LANGUAGE plpgsql {HEADER} AS $$
BEGIN
    NEW.recorded_at := clock_timestamp();
    RETURN NEW;
END $$;

CREATE FUNCTION srx_issu.link_opening() RETURNS trigger LANGUAGE plpgsql {HEADER} AS $$
BEGIN
    PERFORM srx_issu.link_row(NEW.upgrade_id, 'upgrades', NEW.upgrade_id, 'opened',
        to_jsonb(NEW) - ARRAY['closed_at', 'outcome', 'reason'], false);
    IF NEW.outcome IS NOT NULL THEN
        PERFORM srx_issu.link_row(NEW.upgrade_id, 'upgrades', NEW.upgrade_id, 'closed',
            jsonb_build_object('closed_at', NEW.closed_at, 'outcome', NEW.outcome, 'reason', NEW.reason), false);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION srx_issu.link_closing() RETURNS trigger LANGUAGE plpgsql {HEADER} AS $$
BEGIN
    PERFORM srx_issu.link_row(NEW.upgrade_id, 'upgrades', NEW.upgrade_id, 'closed',
        jsonb_build_object('closed_at', NEW.closed_at, 'outcome', NEW.outcome, 'reason', NEW.reason), false);
    RETURN NULL;
END $$;

CREATE FUNCTION srx_issu.link_event() RETURNS trigger LANGUAGE plpgsql {HEADER} AS $$
BEGIN
    PERFORM srx_issu.link_row(
        NEW.upgrade_id, 'events', NEW.event_id::text, 'written', to_jsonb(NEW), false);
    RETURN NULL;
END $$;

CREATE FUNCTION srx_issu.link_lease_change() RETURNS trigger LANGUAGE plpgsql {HEADER} AS $$
BEGIN
    PERFORM srx_issu.link_row(
        NEW.owner, 'lease_changes', NEW.change_id::text, 'written', to_jsonb(NEW), false);
    IF NEW.previous_owner <> NEW.owner THEN
        PERFORM srx_issu.link_row(
            NEW.previous_owner, 'lease_changes', NEW.change_id::text, 'written', to_jsonb(NEW), false);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION srx_issu.link_evidence() RETURNS trigger LANGUAGE plpgsql {HEADER} AS $$
BEGIN
    PERFORM srx_issu.link_row(
        NEW.upgrade_id, 'evidence', NEW.evidence_id, 'written', to_jsonb(NEW), false);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION srx_issu.only_close_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.outcome IS NOT NULL
        OR (NEW.upgrade_id, NEW.cluster, NEW.target_release, NEW.intent, NEW.opened_at)
            IS DISTINCT FROM (OLD.upgrade_id, OLD.cluster, OLD.target_release, OLD.intent, OLD.opened_at)
    THEN
        RAISE EXCEPTION 'UPDATE on srx_issu.upgrades: an upgrade can be closed once, and nothing else';
    END IF;
    NEW.closed_at := clock_timestamp();
    RETURN NEW;
END $$;

REVOKE ALL ON FUNCTION srx_issu.link_row(text, text, text, text, jsonb, boolean), srx_issu.stamp_row(),
    srx_issu.link_opening(), srx_issu.link_closing(), srx_issu.link_event(), srx_issu.link_lease_change(),
    srx_issu.link_evidence() FROM PUBLIC;
"""

# In the order in which they were written, as far as that can still be told.
CARRY = """
DO $$
DECLARE
    found record;
BEGIN
    SET LOCAL timezone = 'UTC';
    FOR found IN
        SELECT * FROM (
            SELECT upgrade_id AS chained, 'upgrades' AS source, upgrade_id AS row_key, 'opened' AS what,
                   to_jsonb(u) - ARRAY['closed_at', 'outcome', 'reason'] AS entry,
                   opened_at AS moment, 0 AS rank, 0::bigint AS number
            FROM srx_issu.upgrades AS u
            UNION ALL
            SELECT upgrade_id, 'events', event_id::text, 'written', to_jsonb(e), recorded_at, 1, event_id
            FROM srx_issu.events AS e
            UNION ALL
            SELECT owner, 'lease_changes', change_id::text, 'written', to_jsonb(l), recorded_at, 1, change_id
            FROM srx_issu.lease_changes AS l
            UNION ALL
            SELECT previous_owner, 'lease_changes', change_id::text, 'written', to_jsonb(l), recorded_at, 1,
                   change_id
            FROM srx_issu.lease_changes AS l WHERE previous_owner <> owner
            UNION ALL
            SELECT upgrade_id, 'evidence', evidence_id, 'written', to_jsonb(f), recorded_at, 1, sequence
            FROM srx_issu.evidence AS f
            UNION ALL
            SELECT upgrade_id, 'upgrades', upgrade_id, 'closed',
                   jsonb_build_object('closed_at', closed_at, 'outcome', outcome, 'reason', reason),
                   closed_at, 1, 0
            FROM srx_issu.upgrades WHERE outcome IS NOT NULL
        ) AS rows ORDER BY chained, rank, moment, number
    LOOP
        PERFORM srx_issu.link_row(
            found.chained, found.source, found.row_key, found.what, found.entry, true);
    END LOOP;
END $$;
"""

TRIGGERS = """
CREATE TRIGGER stamp BEFORE INSERT ON srx_issu.events FOR EACH ROW EXECUTE FUNCTION srx_issu.stamp_row();
CREATE TRIGGER stamp BEFORE INSERT ON srx_issu.lease_changes FOR EACH ROW EXECUTE FUNCTION srx_issu.stamp_row();
CREATE TRIGGER stamp BEFORE INSERT ON srx_issu.evidence FOR EACH ROW EXECUTE FUNCTION srx_issu.stamp_row();
CREATE TRIGGER stamp BEFORE INSERT ON srx_issu.campaign_events FOR EACH ROW EXECUTE FUNCTION srx_issu.stamp_row();
CREATE TRIGGER link AFTER INSERT ON srx_issu.upgrades FOR EACH ROW EXECUTE FUNCTION srx_issu.link_opening();
CREATE TRIGGER link_end AFTER UPDATE ON srx_issu.upgrades FOR EACH ROW EXECUTE FUNCTION srx_issu.link_closing();
CREATE TRIGGER link AFTER INSERT ON srx_issu.events FOR EACH ROW EXECUTE FUNCTION srx_issu.link_event();
CREATE TRIGGER link AFTER INSERT ON srx_issu.lease_changes
    FOR EACH ROW EXECUTE FUNCTION srx_issu.link_lease_change();
CREATE TRIGGER link AFTER INSERT ON srx_issu.evidence FOR EACH ROW EXECUTE FUNCTION srx_issu.link_evidence();
"""

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON srx_issu.{table}
    FOR EACH ROW EXECUTE FUNCTION srx_issu.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON srx_issu.{table}
    FOR EACH STATEMENT EXECUTE FUNCTION srx_issu.refuse_change();
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(LINK)
    op.execute(FUNCTIONS)
    op.execute(CARRY)
    op.execute(TRIGGERS)
    for table in ("chain", "signatures"):
        op.execute(APPEND_ONLY.format(table=table))


def downgrade() -> None:
    raise NotImplementedError("the journal only grows; restore a backup instead")
