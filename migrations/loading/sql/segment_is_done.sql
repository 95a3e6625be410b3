SELECT EXISTS (
  SELECT FROM parity_migration.segments
  WHERE run_id = %(run_id)s::uuid AND table_name = %(table)s AND number = %(number)s
);
