// Right and wrong uses of a client that knows the generated types. Each wrong one must be refused by the compiler.
import { createClient } from "@supabase/supabase-js"
import { Constants, type Database, type Json, type Tables, type TablesInsert, type TablesUpdate } from "./database"

const client = createClient<Database>("http://127.0.0.1", "key")

export async function right(): Promise<void> {
  const { data } = await client
    .from("bookings")
    .select("id, confirmed_at, scheduling_requests(status, interviewer_emails)")
    .eq("status", "confirmed")
    .is("cancelled_at", null)
    .single()
  if (data !== null) {
    const id: string = data.id
    const confirmedAt: string | null = data.confirmed_at
    const emails: string[] = data.scheduling_requests.interviewer_emails
    void [id, confirmedAt, emails]
  }

  const job: TablesInsert<"sync_jobs"> = { type: "icims_note", entity_id: "1", entity_type: "booking" }
  await client.from("sync_jobs").insert(job).select()
  await client.from("sync_jobs").insert({ ...job, payload: { nested: [1, null, "text"] }, last_error: null })
  const patch: TablesUpdate<"sync_jobs"> = { attempts: 1, run_after: new Date().toISOString() }
  await client.from("sync_jobs").update(patch).eq("id", "1")

  const claimed = await client.rpc("claim_sync_jobs", { p_limit: 10, p_lease_s: 1.5 })
  const attempts: number[] = (claimed.data ?? []).map((row) => row.attempts)
  const cancelled = await client.rpc("cancel", {
    p_booking_id: "1",
    p_reason: "ill",
    p_actor_type: "system",
  })
  const reason: string | null | undefined = cancelled.data?.cancellation_reason
  const received = await client.rpc("receive_webhook_event", {
    p_id: "1",
    p_tenant_id: "t",
    p_provider: "graph",
    p_event_id: "1",
    p_payload_hash: "h",
    p_event_type: "created",
    p_payload: {},
    p_signature: "s",
    p_verified: true,
  })
  const isNew: boolean[] = (received.data ?? []).map((row) => row.is_new)
  const hashes: string[] = (received.data ?? []).map((row) => row.event.payload_hash)
  const summary: Json | null = (await client.rpc("ops_summary")).data
  const row: Tables<"audit_logs"> | null = (await client.from("audit_logs").select().single()).data
  const schemas: string[] = Object.keys(Constants)
  void [attempts, reason, isNew, hashes, summary, row, schemas]
}

export async function wrong(): Promise<void> {
  // @ts-expect-error: there is no such table
  await client.from("booking").select()
  // @ts-expect-error: there is no such column to filter by
  await client.from("bookings").select("id").eq("state", "confirmed")
  const { data } = await client.from("bookings").select("id, confirmed_at, no_such_column").single()
  // @ts-expect-error: a column that does not exist makes the row an error
  void data?.id
  const found = await client.from("bookings").select("confirmed_at, scheduled_start").single()
  // @ts-expect-error: it may be null
  const confirmedAt: string | undefined = found.data?.confirmed_at
  // @ts-expect-error: times are texts
  const start: Date | undefined = found.data?.scheduled_start
  // @ts-expect-error: entity_id is missing
  await client.from("sync_jobs").insert({ type: "icims_note", entity_type: "booking" })
  // @ts-expect-error: attempts is a number
  await client.from("sync_jobs").update({ attempts: "1" }).eq("id", "1")
  // @ts-expect-error: it cannot be null
  await client.from("sync_jobs").update({ payload: null }).eq("id", "1")
  // @ts-expect-error: no such column
  await client.from("sync_jobs").update({ runAfter: "now" }).eq("id", "1")
  // @ts-expect-error: bookings and sync_jobs are not related
  void (await client.from("bookings").select("sync_jobs(id)").single()).data?.sync_jobs.id
  // @ts-expect-error: there is no such function
  await client.rpc("claim_jobs", { p_limit: 1 })
  // @ts-expect-error: p_lease_s is missing
  await client.rpc("claim_sync_jobs", { p_limit: 1 })
  // @ts-expect-error: p_limit is a number
  await client.rpc("claim_sync_jobs", { p_limit: "1", p_lease_s: 1 })
  void [confirmedAt, start]
}
