"""What each order comes to and what is still owed, as a table of its own: a refresh fills it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "order_totals",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False, comment="sum of quantity x price less the discount"),
        sa.Column("paid", sa.BigInteger(), nullable=False, comment="payments before refunds"),
        sa.Column("owed", sa.BigInteger(), nullable=False, comment="total - paid of an open order, at least 0; else 0"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_totals_order_id")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_order_totals")),
        comment="What each order comes to, whatever its status, and what is still to be paid",
    )


def downgrade() -> None:
    op.drop_table("order_totals")
