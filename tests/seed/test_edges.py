"""Every edge that the business definitions name is in the default company at least five times."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Ask = Callable[[str], list[Any]]

_TOTAL = "(SELECT sum(i.quantity * i.unit_price) FROM order_items i WHERE i.order_id = o.id) - o.discount"
_PAID = "coalesce((SELECT sum(p.amount) FROM payments p WHERE p.order_id = o.id), 0)"
_BACK = "coalesce((SELECT sum(r.amount) FROM refunds r WHERE r.order_id = o.id), 0)"
EDGES = {
    "occupation is a placeholder": "SELECT count(*) FROM customers WHERE occupation = 'N/A'",
    "birth date is a placeholder": "SELECT count(*) FROM customers WHERE birth_date = '1900-01-01'",
    "birth date unknown": "SELECT count(*) FROM customers WHERE birth_date IS NULL AND kind = 'individual'",
    "gender unknown": "SELECT count(*) FROM customers WHERE gender IS NULL AND kind = 'individual' AND "
    "erased_at IS NULL",
    "gender other": "SELECT count(*) FROM customers WHERE gender = 'other'",
    "city unknown": "SELECT count(*) FROM customers WHERE city IS NULL",
    "source unknown": "SELECT count(*) FROM customers WHERE source_channel IS NULL",
    "phone is a placeholder": "SELECT count(*) FROM contact_points WHERE value = '0000000000' AND NOT is_usable",
    "phone of 11 digits": "SELECT count(*) FROM contact_points WHERE value_written GLOB '01?????????' AND "
    "length(value) = 10",
    "phone with +84": "SELECT count(*) FROM contact_points WHERE value_written LIKE '+84%' AND value LIKE '0%'",
    "e-mail is a placeholder": "SELECT count(*) FROM contact_points WHERE kind = 'email' AND NOT is_usable",
    "no usable phone": "SELECT count(*) FROM customers c WHERE erased_at IS NULL AND NOT EXISTS (SELECT 1 FROM "
    "contact_points p WHERE p.customer_id = c.id AND p.kind = 'mobile' AND p.is_usable)",
    "shared phone": "SELECT count(*) FROM (SELECT value FROM contact_points WHERE kind = 'mobile' AND is_usable "
    "GROUP BY value HAVING count(DISTINCT customer_id) > 1)",
    "partly refunded": f"SELECT count(*) FROM orders o WHERE status = 'paid' AND {_BACK} > 0 AND {_BACK} < {_PAID}",
    "partly refunded car": f"SELECT count(*) FROM orders o WHERE kind = 'vehicle' AND {_BACK} > 0 AND {_BACK} < "
    f"{_PAID}",
    "fully refunded": f"SELECT count(*) FROM orders o WHERE status = 'paid' AND {_BACK} > 0 AND {_BACK} >= {_PAID}",
    "deposit only": f"SELECT count(*) FROM orders o WHERE status = 'open' AND {_PAID} > 0 AND {_PAID} < {_TOTAL} "
    "AND EXISTS (SELECT 1 FROM payments p WHERE p.order_id = o.id AND p.is_deposit)",
    "open and unpaid": f"SELECT count(*) FROM orders o WHERE status = 'open' AND {_PAID} < {_TOTAL}",
    "returned": "SELECT count(*) FROM orders WHERE status = 'returned'",
    "cancelled": "SELECT count(*) FROM orders WHERE status = 'cancelled'",
    "cancelled car": "SELECT count(*) FROM orders WHERE status = 'cancelled' AND kind = 'vehicle'",
    "total of 0": f"SELECT count(*) FROM orders o WHERE status = 'paid' AND {_TOTAL} = 0",
    "free first service": "SELECT count(*) FROM service_records r JOIN service_lines l ON l.service_record_id = r.id "
    "JOIN service_operations o ON o.id = l.operation_id WHERE o.code = 'MNT-01K' AND l.amount = 0",
    "with a discount": "SELECT count(*) FROM orders WHERE discount > 0",
    "without a seller": "SELECT count(*) FROM orders WHERE seller_id IS NULL",
    "item of unknown cost": "SELECT count(*) FROM order_items WHERE unit_cost IS NULL",
    "accessory on a car's order": "SELECT count(DISTINCT o.id) FROM orders o JOIN order_items i ON i.order_id = o.id "
    "JOIN products p ON p.id = i.product_id WHERE o.kind = 'vehicle' AND p.category <> 'vehicle'",
    "car with two owners": "SELECT count(*) FROM customer_vehicles a JOIN customer_vehicles b USING (vehicle_id) "
    "WHERE a.relation = 'owner' AND a.to_date IS NULL AND b.relation = 'co_owner' AND b.to_date IS NULL",
    "driver": "SELECT count(*) FROM customer_vehicles WHERE relation = 'driver'",
    "sold": "SELECT count(*) FROM customer_vehicles WHERE status = 'sold'",
    "traded": "SELECT count(*) FROM customer_vehicles WHERE status = 'traded' AND trade_in_date = to_date",
    "car with a second owner after the first": "SELECT count(*) FROM (SELECT vehicle_id FROM customer_vehicles "
    "WHERE relation = 'owner' GROUP BY 1 HAVING count(*) > 1)",
    "reading far too high": "SELECT count(*) FROM service_records WHERE odometer_km > 1000000",
    "later yet lower": "SELECT count(*) FROM (SELECT odometer_km - lag(odometer_km) OVER (PARTITION BY vehicle_id "
    "ORDER BY in_date) AS step FROM service_records) WHERE step < 0",
    "two readings on a day": "SELECT count(*) FROM (SELECT 1 FROM odometer_readings GROUP BY vehicle_id, read_on "
    "HAVING count(DISTINCT km) > 1)",
    "odometer not written down": "SELECT count(*) FROM service_records WHERE odometer_km IS NULL",
    "model unknown": "SELECT count(*) FROM vehicles WHERE model_id IS NULL",
    "no schedule": "SELECT count(*) FROM vehicles v WHERE model_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "
    "service_schedules s WHERE s.model_id = v.model_id AND s.powertrain = v.powertrain AND s.use = v.use)",
    "schedule without km": "SELECT count(*) FROM vehicles v JOIN service_schedules s ON s.model_id = v.model_id "
    "AND s.powertrain = v.powertrain AND s.use = v.use WHERE s.every_km IS NULL",
    "schedule without months": "SELECT count(*) FROM vehicles v JOIN service_schedules s ON s.model_id = v.model_id "
    "AND s.powertrain = v.powertrain AND s.use = v.use WHERE s.every_months IS NULL",
    "no delivery date": "SELECT count(*) FROM customer_vehicles WHERE relation = 'owner' AND delivery_date IS NULL",
    "bought here, no delivery date": "SELECT count(*) FROM customer_vehicles WHERE relation = 'owner' "
    "AND store_id IS NOT NULL AND delivery_date IS NULL",
    "never serviced": "SELECT count(*) FROM vehicles WHERE id NOT IN (SELECT vehicle_id FROM service_records)",
    "record without an order": "SELECT count(*) FROM service_records WHERE status = 'completed' AND order_id IS NULL",
    "record open": "SELECT count(*) FROM service_records WHERE status = 'open' AND out_date IS NULL",
    "record cancelled": "SELECT count(*) FROM service_records WHERE status = 'cancelled'",
    "visit without maintenance": "SELECT count(*) FROM service_records r WHERE status = 'completed' AND NOT EXISTS "
    "(SELECT 1 FROM service_lines l JOIN service_operations o ON o.id = l.operation_id "
    "WHERE l.service_record_id = r.id AND o.kind = 'maintenance')",
    "business": "SELECT count(*) FROM customers WHERE kind = 'business' AND business_name IS NOT NULL",
    "fleet": "SELECT count(*) FROM (SELECT customer_id FROM customer_vehicles JOIN customers c ON c.id = customer_id "
    "WHERE relation = 'owner' AND c.kind = 'business' AND to_date IS NULL GROUP BY 1 HAVING count(*) >= 5)",
    "deceased": "SELECT count(*) FROM customers WHERE deceased_on IS NOT NULL",
    "deceased, owns a car": "SELECT count(DISTINCT c.id) FROM customers c JOIN customer_vehicles h ON "
    "h.customer_id = c.id "
    "WHERE c.deceased_on IS NOT NULL AND h.to_date IS NULL",
    "erased": "SELECT count(*) FROM customers c WHERE erased_at IS NOT NULL AND full_name = '(erased)' AND "
    "given_name IS NULL "
    "AND NOT EXISTS (SELECT 1 FROM contact_points p WHERE p.customer_id = c.id)",
    "erased, with facts": "SELECT count(DISTINCT c.id) FROM customers c JOIN orders o ON o.customer_id = c.id "
    "WHERE erased_at IS NOT NULL",
    "merged": "SELECT count(*) FROM customers m JOIN customers s ON s.id = m.merged_into_id WHERE "
    "s.merged_into_id IS NULL "
    "AND s.erased_at IS NULL AND s.full_name = m.full_name",
    "merged, with facts": "SELECT count(DISTINCT m.id) FROM customers m JOIN orders o ON o.customer_id = m.id "
    "WHERE m.merged_into_id IS NOT NULL",
    "do not contact": "SELECT count(*) FROM customers WHERE do_not_contact",
    "never owned": "SELECT count(*) FROM customers WHERE id NOT IN (SELECT customer_id FROM ownerships)",
    "unowned since the rep left": "SELECT count(*) FROM customers c JOIN ownerships w ON w.customer_id = c.id "
    "JOIN users u ON u.id = w.user_id AND u.left_on = w.to_date WHERE NOT EXISTS "
    "(SELECT 1 FROM ownerships n WHERE n.customer_id = c.id AND n.to_date IS NULL)",
    "departed rep": "SELECT count(*) FROM users WHERE role = 'sales_rep' AND left_on IS NOT NULL",
    "handed over after a departure": "SELECT count(*) FROM ownerships WHERE reason = 'left_company'",
    "handover": "SELECT count(*) FROM ownerships WHERE reason = 'handover'",
    "owner by request": "SELECT count(*) FROM ownerships WHERE reason = 'request'",
    "owner of another store": "SELECT count(*) FROM ownerships WHERE reason = 'moved'",
    "prospect with interactions": "SELECT count(DISTINCT c.id) FROM customers c JOIN interactions i ON "
    "i.customer_id = c.id "
    "WHERE c.id NOT IN (SELECT customer_id FROM orders)",
    "retail only": "SELECT count(DISTINCT o.customer_id) FROM orders o WHERE o.customer_id NOT IN (SELECT customer_id "
    "FROM customer_vehicles) AND o.kind IN ('parts', 'accessories')",
    "serviced only": "SELECT count(DISTINCT r.customer_id) FROM service_records r WHERE r.customer_id NOT IN "
    "(SELECT customer_id FROM orders WHERE kind = 'vehicle')",
    "interaction without user": "SELECT count(*) FROM interactions WHERE user_id IS NULL AND type = 'call'",
    "outbound without outcome": "SELECT count(*) FROM interactions WHERE outcome IS NULL AND direction = 'outbound'",
    "follow-up overdue": "SELECT count(*) FROM interactions WHERE follow_up_due < :today AND follow_up_done IS NULL",
    "follow-up done": "SELECT count(*) FROM interactions WHERE follow_up_done IS NOT NULL",
    "open case": "SELECT count(*) FROM cases WHERE status IN ('open', 'in_progress') AND kind = 'complaint'",
    "case closed late": "SELECT count(*) FROM cases WHERE closed_at > sla_due_at",
    "case open past its deadline": "SELECT count(*) FROM cases WHERE closed_at IS NULL AND date(sla_due_at) < :today",
    "consent revoked": "SELECT count(*) FROM consents WHERE state = 'revoked'",
    "consent denied": "SELECT count(*) FROM consents WHERE state = 'denied'",
    "granted again": "SELECT count(*) FROM consents g JOIN consents r USING (customer_id, channel, purpose) "
    "WHERE r.state = 'revoked' AND g.state = 'granted' AND g.recorded_at > r.recorded_at",
    "no consent at all": "SELECT count(*) FROM customers WHERE id NOT IN (SELECT customer_id FROM consents)",
    "tagged": "SELECT count(*) FROM customer_tags",
    "no-show": "SELECT count(*) FROM appointments WHERE status = 'missed'",
    "appointment cancelled": "SELECT count(*) FROM appointments WHERE status = 'cancelled'",
    "delivery ahead": "SELECT count(*) FROM appointments WHERE kind = 'delivery' AND status = 'booked'",
    "test drive ahead": "SELECT count(*) FROM appointments WHERE kind = 'test_drive' AND status = 'booked'",
    "service ahead": "SELECT count(*) FROM appointments WHERE kind = 'service' AND status = 'booked'",
}  # fmt: skip


@pytest.mark.parametrize("edge", EDGES)
def test_edge_is_there(ask: Ask, edge: str) -> None:
    assert ask(EDGES[edge])[0][0] >= 5


def test_namesakes(ask: Ask) -> None:
    rows = ask("SELECT city FROM customers c WHERE full_name = 'Nguyễn Văn An' AND id IN (11, 23, 37) AND EXISTS "
               "(SELECT 1 FROM customer_vehicles h WHERE h.customer_id = c.id)")  # fmt: skip
    assert len({row[0] for row in rows}) == 3
