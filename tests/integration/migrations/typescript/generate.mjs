// Writes what `supabase gen types typescript` writes for the database that the PG* variables name.
import pg from "pg";
import { introspect } from "@supabase/postgrest-typegen/introspection";
import { generateTypescript, sortGeneratorMetadata } from "@supabase/postgrest-typegen/generation";

const pool = new pg.Pool();
try {
  const metadata = sortGeneratorMetadata(await introspect(pool, { includedSchemas: ["public"] }));
  const text = await generateTypescript(metadata, {
    detectOneToOneRelationships: true,
    postgrestVersion: process.argv[2],
  });
  process.stdout.write(text);
} finally {
  await pool.end();
}
