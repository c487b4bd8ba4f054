MODEL (name shop.inlined, kind EMBEDDED);
SELECT contact_id FROM raw.crm.contacts;
