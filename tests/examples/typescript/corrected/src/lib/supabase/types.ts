export type Json =
  | string
  | number
  | boolean
  | null
  | { [key: string]: Json | undefined }
  | Json[]

export type Database = {
  public: {
    Tables: {
      audit_logs: {
        Row: {
          action: string
          actor_id: string | null
          actor_type: string
          booking_id: string | null
          created_at: string
          id: string
          payload: NonNullable<Json>
          request_id: string | null
        }
        Insert: {
          action: string
          actor_id?: string | null
          actor_type: string
          booking_id?: string | null
          created_at?: string
          id?: string
          payload?: NonNullable<Json>
          request_id?: string | null
        }
        Update: {
          action?: string
          actor_id?: string | null
          actor_type?: string
          booking_id?: string | null
          created_at?: string
          id?: string
          payload?: NonNullable<Json>
          request_id?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "audit_logs_booking_id_fkey"
            columns: ["booking_id"]
            isOneToOne: false
            referencedRelation: "bookings"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "audit_logs_request_id_fkey"
            columns: ["request_id"]
            isOneToOne: false
            referencedRelation: "scheduling_requests"
            referencedColumns: ["id"]
          },
        ]
      }
      bookings: {
        Row: {
          booked_at: string
          booked_by: string
          calendar_event_id: string | null
          calendar_ical_uid: string | null
          cancellation_reason: string | null
          cancelled_at: string | null
          conference_join_url: string | null
          confirmed_at: string | null
          icims_activity_id: string | null
          id: string
          request_id: string
          scheduled_end: string
          scheduled_start: string
          status: string
          updated_at: string
        }
        Insert: {
          booked_at?: string
          booked_by: string
          calendar_event_id?: string | null
          calendar_ical_uid?: string | null
          cancellation_reason?: string | null
          cancelled_at?: string | null
          conference_join_url?: string | null
          confirmed_at?: string | null
          icims_activity_id?: string | null
          id?: string
          request_id: string
          scheduled_end: string
          scheduled_start: string
          status?: string
          updated_at?: string
        }
        Update: {
          booked_at?: string
          booked_by?: string
          calendar_event_id?: string | null
          calendar_ical_uid?: string | null
          cancellation_reason?: string | null
          cancelled_at?: string | null
          conference_join_url?: string | null
          confirmed_at?: string | null
          icims_activity_id?: string | null
          id?: string
          request_id?: string
          scheduled_end?: string
          scheduled_start?: string
          status?: string
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: "bookings_request_id_fkey"
            columns: ["request_id"]
            isOneToOne: false
            referencedRelation: "scheduling_requests"
            referencedColumns: ["id"]
          },
        ]
      }
      reconciliation_jobs: {
        Row: {
          attempts: number
          created_at: string
          detection_reason: string
          entity_id: string
          entity_type: string
          id: string
          job_type: string
          last_error: string | null
          max_attempts: number
          run_after: string
          status: string
          tenant_id: string | null
          updated_at: string
        }
        Insert: {
          attempts?: number
          created_at?: string
          detection_reason: string
          entity_id: string
          entity_type: string
          id?: string
          job_type: string
          last_error?: string | null
          max_attempts?: number
          run_after?: string
          status?: string
          tenant_id?: string | null
          updated_at?: string
        }
        Update: {
          attempts?: number
          created_at?: string
          detection_reason?: string
          entity_id?: string
          entity_type?: string
          id?: string
          job_type?: string
          last_error?: string | null
          max_attempts?: number
          run_after?: string
          status?: string
          tenant_id?: string | null
          updated_at?: string
        }
        Relationships: []
      }
      scheduling_requests: {
        Row: {
          application_id: string | null
          calendar_provider: string
          candidate_email: string
          candidate_name: string
          candidate_timezone: string
          created_at: string
          created_by: string | null
          duration_minutes: number
          expires_at: string
          graph_tenant_id: string | null
          id: string
          interview_type: string
          interviewer_emails: string[]
          needs_attention: boolean
          needs_attention_reason: string | null
          organizer_email: string
          public_token: string
          public_token_hash: string
          req_id: string | null
          req_title: string
          status: string
          updated_at: string
          window_end: string
          window_start: string
        }
        Insert: {
          application_id?: string | null
          calendar_provider?: string
          candidate_email: string
          candidate_name: string
          candidate_timezone: string
          created_at?: string
          created_by?: string | null
          duration_minutes: number
          expires_at: string
          graph_tenant_id?: string | null
          id?: string
          interview_type: string
          interviewer_emails: string[]
          needs_attention?: boolean
          needs_attention_reason?: string | null
          organizer_email: string
          public_token: string
          public_token_hash: string
          req_id?: string | null
          req_title: string
          status?: string
          updated_at?: string
          window_end: string
          window_start: string
        }
        Update: {
          application_id?: string | null
          calendar_provider?: string
          candidate_email?: string
          candidate_name?: string
          candidate_timezone?: string
          created_at?: string
          created_by?: string | null
          duration_minutes?: number
          expires_at?: string
          graph_tenant_id?: string | null
          id?: string
          interview_type?: string
          interviewer_emails?: string[]
          needs_attention?: boolean
          needs_attention_reason?: string | null
          organizer_email?: string
          public_token?: string
          public_token_hash?: string
          req_id?: string | null
          req_title?: string
          status?: string
          updated_at?: string
          window_end?: string
          window_start?: string
        }
        Relationships: []
      }
      sync_jobs: {
        Row: {
          attempts: number
          created_at: string
          entity_id: string
          entity_type: string
          id: string
          last_error: string | null
          max_attempts: number
          payload: NonNullable<Json>
          run_after: string
          status: string
          type: string
          updated_at: string
        }
        Insert: {
          attempts?: number
          created_at?: string
          entity_id: string
          entity_type: string
          id?: string
          last_error?: string | null
          max_attempts?: number
          payload?: NonNullable<Json>
          run_after?: string
          status?: string
          type: string
          updated_at?: string
        }
        Update: {
          attempts?: number
          created_at?: string
          entity_id?: string
          entity_type?: string
          id?: string
          last_error?: string | null
          max_attempts?: number
          payload?: NonNullable<Json>
          run_after?: string
          status?: string
          type?: string
          updated_at?: string
        }
        Relationships: []
      }
      webhook_events: {
        Row: {
          attempts: number
          created_at: string
          event_id: string
          event_type: string
          id: string
          last_error: string | null
          max_attempts: number
          payload: NonNullable<Json>
          payload_hash: string
          processed_at: string | null
          provider: string
          run_after: string
          signature: string
          status: string
          tenant_id: string | null
          updated_at: string
          verified: boolean
        }
        Insert: {
          attempts?: number
          created_at?: string
          event_id: string
          event_type: string
          id?: string
          last_error?: string | null
          max_attempts?: number
          payload: NonNullable<Json>
          payload_hash: string
          processed_at?: string | null
          provider?: string
          run_after?: string
          signature: string
          status?: string
          tenant_id?: string | null
          updated_at?: string
          verified?: boolean
        }
        Update: {
          attempts?: number
          created_at?: string
          event_id?: string
          event_type?: string
          id?: string
          last_error?: string | null
          max_attempts?: number
          payload?: NonNullable<Json>
          payload_hash?: string
          processed_at?: string | null
          provider?: string
          run_after?: string
          signature?: string
          status?: string
          tenant_id?: string | null
          updated_at?: string
          verified?: boolean
        }
        Relationships: []
      }
    }
    Views: {
      [_ in never]: never
    }
    Functions: {
      book: {
        Args: {
          p_actor_id?: string
          p_actor_type: string
          p_booked_by: string
          p_calendar_event_id?: string
          p_calendar_ical_uid?: string
          p_conference_join_url?: string
          p_icims_activity_id?: string
          p_id: string
          p_request_id: string
          p_scheduled_end: string
          p_scheduled_start: string
        }
        Returns: {
          booked_at: string
          booked_by: string
          calendar_event_id: string | null
          calendar_ical_uid: string | null
          cancellation_reason: string | null
          cancelled_at: string | null
          conference_join_url: string | null
          confirmed_at: string | null
          icims_activity_id: string | null
          id: string
          request_id: string
          scheduled_end: string
          scheduled_start: string
          status: string
          updated_at: string
        }
        SetofOptions: {
          from: "*"
          to: "bookings"
          isOneToOne: true
          isSetofReturn: false
        }
      }
      cancel: {
        Args: {
          p_actor_id?: string
          p_actor_type: string
          p_booking_id: string
          p_reason: string
        }
        Returns: {
          booked_at: string
          booked_by: string
          calendar_event_id: string | null
          calendar_ical_uid: string | null
          cancellation_reason: string | null
          cancelled_at: string | null
          conference_join_url: string | null
          confirmed_at: string | null
          icims_activity_id: string | null
          id: string
          request_id: string
          scheduled_end: string
          scheduled_start: string
          status: string
          updated_at: string
        }
        SetofOptions: {
          from: "*"
          to: "bookings"
          isOneToOne: true
          isSetofReturn: false
        }
      }
      claim_reconciliation_jobs: {
        Args: { p_lease_s: number; p_limit: number }
        Returns: {
          attempts: number
          created_at: string
          detection_reason: string
          entity_id: string
          entity_type: string
          id: string
          job_type: string
          last_error: string | null
          max_attempts: number
          run_after: string
          status: string
          tenant_id: string | null
          updated_at: string
        }[]
        SetofOptions: {
          from: "*"
          to: "reconciliation_jobs"
          isOneToOne: false
          isSetofReturn: true
        }
      }
      claim_sync_jobs: {
        Args: { p_lease_s: number; p_limit: number }
        Returns: {
          attempts: number
          created_at: string
          entity_id: string
          entity_type: string
          id: string
          last_error: string | null
          max_attempts: number
          payload: NonNullable<Json>
          run_after: string
          status: string
          type: string
          updated_at: string
        }[]
        SetofOptions: {
          from: "*"
          to: "sync_jobs"
          isOneToOne: false
          isSetofReturn: true
        }
      }
      claim_webhook_events: {
        Args: { p_lease_s: number; p_limit: number }
        Returns: {
          attempts: number
          created_at: string
          event_id: string
          event_type: string
          id: string
          last_error: string | null
          max_attempts: number
          payload: NonNullable<Json>
          payload_hash: string
          processed_at: string | null
          provider: string
          run_after: string
          signature: string
          status: string
          tenant_id: string | null
          updated_at: string
          verified: boolean
        }[]
        SetofOptions: {
          from: "*"
          to: "webhook_events"
          isOneToOne: false
          isSetofReturn: true
        }
      }
      complete_reconciliation_job: {
        Args: { p_attempts: number; p_id: string }
        Returns: {
          attempts: number
          created_at: string
          detection_reason: string
          entity_id: string
          entity_type: string
          id: string
          job_type: string
          last_error: string | null
          max_attempts: number
          run_after: string
          status: string
          tenant_id: string | null
          updated_at: string
        }
        SetofOptions: {
          from: "*"
          to: "reconciliation_jobs"
          isOneToOne: true
          isSetofReturn: false
        }
      }
      complete_sync_job: {
        Args: { p_attempts: number; p_id: string }
        Returns: {
          attempts: number
          created_at: string
          entity_id: string
          entity_type: string
          id: string
          last_error: string | null
          max_attempts: number
          payload: NonNullable<Json>
          run_after: string
          status: string
          type: string
          updated_at: string
        }
        SetofOptions: {
          from: "*"
          to: "sync_jobs"
          isOneToOne: true
          isSetofReturn: false
        }
      }
      complete_webhook_event: {
        Args: { p_attempts: number; p_id: string }
        Returns: {
          attempts: number
          created_at: string
          event_id: string
          event_type: string
          id: string
          last_error: string | null
          max_attempts: number
          payload: NonNullable<Json>
          payload_hash: string
          processed_at: string | null
          provider: string
          run_after: string
          signature: string
          status: string
          tenant_id: string | null
          updated_at: string
          verified: boolean
        }
        SetofOptions: {
          from: "*"
          to: "webhook_events"
          isOneToOne: true
          isSetofReturn: false
        }
      }
      fail_reconciliation_job: {
        Args: {
          p_attempts: number
          p_error: string
          p_id: string
          p_retry_in_s: number
        }
        Returns: {
          attempts: number
          created_at: string
          detection_reason: string
          entity_id: string
          entity_type: string
          id: string
          job_type: string
          last_error: string | null
          max_attempts: number
          run_after: string
          status: string
          tenant_id: string | null
          updated_at: string
        }
        SetofOptions: {
          from: "*"
          to: "reconciliation_jobs"
          isOneToOne: true
          isSetofReturn: false
        }
      }
      fail_sync_job: {
        Args: {
          p_attempts: number
          p_error: string
          p_id: string
          p_retry_in_s: number
        }
        Returns: {
          attempts: number
          created_at: string
          entity_id: string
          entity_type: string
          id: string
          last_error: string | null
          max_attempts: number
          payload: NonNullable<Json>
          run_after: string
          status: string
          type: string
          updated_at: string
        }
        SetofOptions: {
          from: "*"
          to: "sync_jobs"
          isOneToOne: true
          isSetofReturn: false
        }
      }
      fail_webhook_event: {
        Args: {
          p_attempts: number
          p_error: string
          p_id: string
          p_retry_in_s: number
        }
        Returns: {
          attempts: number
          created_at: string
          event_id: string
          event_type: string
          id: string
          last_error: string | null
          max_attempts: number
          payload: NonNullable<Json>
          payload_hash: string
          processed_at: string | null
          provider: string
          run_after: string
          signature: string
          status: string
          tenant_id: string | null
          updated_at: string
          verified: boolean
        }
        SetofOptions: {
          from: "*"
          to: "webhook_events"
          isOneToOne: true
          isSetofReturn: false
        }
      }
      lock_active_booking: {
        Args: { p_booking_id: string }
        Returns: {
          booked_at: string
          booked_by: string
          calendar_event_id: string | null
          calendar_ical_uid: string | null
          cancellation_reason: string | null
          cancelled_at: string | null
          conference_join_url: string | null
          confirmed_at: string | null
          icims_activity_id: string | null
          id: string
          request_id: string
          scheduled_end: string
          scheduled_start: string
          status: string
          updated_at: string
        }
        SetofOptions: {
          from: "*"
          to: "bookings"
          isOneToOne: true
          isSetofReturn: false
        }
      }
      ops_summary: { Args: Record<PropertyKey, never>; Returns: Json }
      payload_time: { Args: { p_time: string }; Returns: string }
      receive_webhook_event: {
        Args: {
          p_event_id: string
          p_event_type: string
          p_id: string
          p_payload: Json
          p_payload_hash: string
          p_provider: string
          p_signature: string
          p_tenant_id: string
          p_verified: boolean
        }
        Returns: {
          event: Database["public"]["Tables"]["webhook_events"]["Row"]
          is_new: boolean
        }[]
      }
      reschedule: {
        Args: {
          p_actor_id?: string
          p_actor_type: string
          p_booking_id: string
          p_scheduled_end: string
          p_scheduled_start: string
        }
        Returns: {
          booked_at: string
          booked_by: string
          calendar_event_id: string | null
          calendar_ical_uid: string | null
          cancellation_reason: string | null
          cancelled_at: string | null
          conference_join_url: string | null
          confirmed_at: string | null
          icims_activity_id: string | null
          id: string
          request_id: string
          scheduled_end: string
          scheduled_start: string
          status: string
          updated_at: string
        }
        SetofOptions: {
          from: "*"
          to: "bookings"
          isOneToOne: true
          isSetofReturn: false
        }
      }
    }
    Enums: {
      [_ in never]: never
    }
    CompositeTypes: {
      [_ in never]: never
    }
  }
}

type DatabaseWithoutInternals = Omit<Database, "__InternalSupabase">

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">]

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals
}
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])[TableName] extends {
      Row: infer R
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] &
        DefaultSchema["Views"])
    ? (DefaultSchema["Tables"] &
        DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
        Row: infer R
      }
      ? R
      : never
    : never

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals
}
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Insert: infer I
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
        Insert: infer I
      }
      ? I
      : never
    : never

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals
}
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Update: infer U
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
        Update: infer U
      }
      ? U
      : never
    : never

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends (DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never) = never,
> = DefaultSchemaEnumNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals
}
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
    ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
    : never

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends (PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never) = never,
> = PublicCompositeTypeNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals
}
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
    ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
    : never

export const Constants = {
  public: {
    Enums: {},
  },
} as const
