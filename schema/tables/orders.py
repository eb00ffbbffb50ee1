"""Orders with items, payments, refunds and products."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from schema.tables.declarative import Base, Follows, Key, Money, Open, choice, scope

ORDER_KINDS = ("vehicle", "service", "parts", "accessories")


class Product(Base):
    __tablename__ = "products"
    __table_args__ = {"comment": "What can stand on an order", "info": scope(Open())}

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(120), unique=True)
    category: Mapped[str] = mapped_column(String(40), index=True, comment="vehicle, labour, oil, tyres, film, mats …")
    brand: Mapped[str | None] = mapped_column(String(40))
    model_id: Mapped[int | None] = mapped_column(ForeignKey("vehicle_models.id"), comment="of a vehicle product")
    list_price: Mapped[Money]


class Order(Base):
    __tablename__ = "orders"
    __table_args__ = (
        Index(None, "customer_id"),
        Index(None, "store_id", "customer_id"),
        Index(None, "ordered_on"),
        {
            "comment": "Orders of every status; a qualifying one is a transaction",
            "info": scope(Follows("customer_id", "customers", store="store_id", user="seller_id", opens=True)),
        },
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    kind: Mapped[str] = mapped_column(choice("kind", *ORDER_KINDS))
    status: Mapped[str] = mapped_column(choice("status", "open", "paid", "cancelled", "returned"))
    ordered_on: Mapped[date]
    channel: Mapped[str] = mapped_column(choice("channel", "showroom", "workshop", "phone", "web", "zalo"))
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    seller_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    discount: Mapped[Money] = mapped_column(comment="off the sum of the items")


class OrderItem(Base):
    __tablename__ = "order_items"
    __table_args__ = (
        Index(None, "order_id"),
        Index(None, "vehicle_id"),
        {"comment": "Lines of an order", "info": scope(Follows("order_id", "orders"))},
    )

    id: Mapped[Key]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    vehicle_id: Mapped[int | None] = mapped_column(ForeignKey("vehicles.id"), comment="the vehicle sold")
    quantity: Mapped[int]
    unit_price: Mapped[Money]
    unit_cost: Mapped[int | None] = mapped_column(comment="₫; none: the margin share of the line counts")


class Payment(Base):
    __tablename__ = "payments"
    __table_args__ = (
        Index(None, "order_id"),
        {"comment": "Money received for an order", "info": scope(Follows("order_id", "orders"))},
    )

    id: Mapped[Key]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    paid_on: Mapped[date]
    amount: Mapped[Money]
    method: Mapped[str] = mapped_column(choice("method", "cash", "transfer", "card", "wallet", "loan"))
    is_deposit: Mapped[bool]


class Refund(Base):
    __tablename__ = "refunds"
    __table_args__ = (
        Index(None, "order_id"),
        {"comment": "Money given back", "info": scope(Follows("order_id", "orders"))},
    )

    id: Mapped[Key]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    refunded_on: Mapped[date]
    amount: Mapped[Money]
    reason: Mapped[str | None] = mapped_column(String(120))
