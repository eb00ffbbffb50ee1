"""What holds of each consent now, as a table of its own: a refresh fills it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CHANNELS = ("call", "sms", "email", "zalo", "post", "push")
PURPOSES = ("service", "marketing", "survey")
STATES = ("granted", "denied", "revoked")


def _choice(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True)


def upgrade() -> None:
    op.create_table(
        "standing_consents",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("channel", _choice("channel", CHANNELS), nullable=False),
        sa.Column("purpose", _choice("purpose", PURPOSES), nullable=False),
        sa.Column("state", _choice("state", STATES), nullable=False, comment="the latest change's"),
        sa.Column(
            "reachable",
            sa.Boolean(),
            nullable=False,
            comment="granted, a usable address, living, no do-not-contact",
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_standing_consents_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", "channel", "purpose", name=op.f("pk_standing_consents")),
        comment="What holds of each customer's consents now, and who can be reached by it",
    )
    op.create_index(
        op.f("ix_standing_consents_channel_purpose_state"), "standing_consents", ["channel", "purpose", "state"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_standing_consents_channel_purpose_state"), table_name="standing_consents")
    op.drop_table("standing_consents")
