-- The columns of one table, with their types.
SELECT attribute.attname, pg_catalog.format_type(attribute.atttypid, NULL)
FROM pg_catalog.pg_attribute AS attribute
WHERE attribute.attrelid = pg_catalog.to_regclass(%s) AND attribute.attnum > 0 AND NOT attribute.attisdropped
ORDER BY attribute.attnum
