"""All endpoints, and how often each asks the store."""

from collections.abc import Mapping

from harness.api.endpoints import bookings, ops, public, requests, webhooks, workers
from harness.api.service import Endpoint

__all__ = ["ENDPOINTS", "ROUND_TRIPS"]

ENDPOINTS: tuple[Endpoint, ...] = (
    *ops.ENDPOINTS,
    *requests.ENDPOINTS,
    *public.ENDPOINTS,
    *bookings.ENDPOINTS,
    *webhooks.ENDPOINTS,
    *workers.ENDPOINTS,
)

ROUND_TRIPS: Mapping[str, int] = {
    **{endpoint.name: endpoint.round_trips for endpoint in ENDPOINTS},
    "redeliver_webhook": 1,  # the same request as receive_webhook, and measured by itself
}
"""Requests to the gateway per right answer, in supabase mode, however many rows there are."""
