MODEL (name shop.contacts_history, kind SCD_TYPE_2_BY_TIME (unique_key (contact_id, region)), cron_tz 'Europe/Oslo', cron '0 3 * * *');
SELECT contact_id::int, 'NO'::text AS region, now()::timestamp AS updated_at FROM raw.crm.contacts;
