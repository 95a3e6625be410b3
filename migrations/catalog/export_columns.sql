-- The columns of a table as it is, to compare them with the model: what is not known would be left behind.
SELECT attribute.attname, pg_catalog.format_type(attribute.atttypid, attribute.atttypmod)
FROM pg_catalog.pg_attribute AS attribute
WHERE attribute.attrelid = pg_catalog.to_regclass(%s) AND attribute.attnum > 0 AND NOT attribute.attisdropped
ORDER BY attribute.attnum
