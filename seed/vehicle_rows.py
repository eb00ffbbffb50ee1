"""Rows of models, schedules, vehicles, who has them, and odometer readings beside those of visits."""

from __future__ import annotations

import numpy as np

from schema.tables.vehicles import POWERTRAINS, USES
from seed.catalogue import MODELS, schedule
from seed.columns import NONE, Generator, Ints, constant, dates, draw, numbers, pick, picked, texts, where
from seed.load import Loader
from seed.people import PROSPECT, RETAIL, People
from seed.places import PLACES
from seed.stories import VIP_FAMILY, VIP_SPOUSE
from seed.vehicles import NEW, PRIVATE, SOLD, TRADED, Spells
from seed.world import World, spread

_COLOURS = ("white", "black", "silver", "grey", "red", "blue", "brown", "green")
_MAKER_CODE = {"Mazda": "RN2", "Kia": "RNY", "Ford": "RL4", "VinFast": "RLL", "Toyota": "RLT", "Hyundai": "RLU",
               "Mitsubishi": "RLA", "": "XXX"}  # fmt: skip
_SIGNS = np.array(list("ABCDEFGHJKLMNPRSTUVWXYZ0123456789"))
_SERIES = "ABCDEFGHKL"


def write_models(loader: Loader) -> None:
    """Models and their service schedules."""
    loader.add("vehicle_models", {
        "id": loader.ids("vehicle_models", len(MODELS)).tolist(),
        "make": [m.make for m in MODELS],
        "name": [m.name for m in MODELS],
        "body_type": [m.body for m in MODELS],
        "segment": [m.segment for m in MODELS],
        "list_price": [m.price for m in MODELS],
    })  # fmt: skip
    found = [
        (place + 1, powertrain, use, *interval)
        for place, model in enumerate(MODELS)
        for powertrain, _ in model.powertrains
        for use in USES
        if (interval := schedule(model, powertrain, use))
    ]
    names = ("model_id", "powertrain", "use", "first_km", "first_months", "every_km", "every_months")
    columns = dict(zip(names, map(list, zip(*found, strict=True)), strict=True))
    loader.add("service_schedules", {"id": loader.ids("service_schedules", len(found)).tolist(), **columns})


def write_vehicles(world: World, loader: Loader, people: People, spells: Spells) -> None:
    """The chunk's vehicles, one row each, by their first owner."""
    rng = world.rng("vehicle rows")
    _, first = np.unique(spells.vehicle, return_index=True)
    ids, model, n = spells.vehicle[first], spells.model[first], len(first)
    maker = np.array([_MAKER_CODE[m.make] for m in MODELS] + [_MAKER_CODE[""]], dtype=object)[model.clip(min=-1)]
    middle = _SIGNS[rng.integers(0, len(_SIGNS), (n, 7))].view("U7").ravel()
    vin = [f"{a}{b}{c:07d}" for a, b, c in zip(maker.tolist(), middle.tolist(), ids.tolist(), strict=True)]
    plates = np.array([p.plates[0] for p in PLACES], dtype=object)[people.place[spells.who[first]]].tolist()
    scattered = ids * 48_271 % 1_000_000  # a bijection on a million numbers: no plate twice
    plate = [
        f"{code}{_SERIES[x // 100_000]}-{x // 100 % 1000:03d}.{x % 100:02d}"
        for code, x in zip(plates, scattered.tolist(), strict=True)
    ]
    no_vin, no_plate = picked(rng, np.ones(n, dtype=bool), 0.02), picked(rng, np.ones(n, dtype=bool), 0.02)
    trims = [m.trims for m in MODELS]
    chance = rng.integers(0, 60, n).tolist()
    loader.add("vehicles", {
        "id": ids.tolist(),
        "vin": where(~no_vin, np.array(vin, dtype=object)),
        "plate": where(~no_plate, np.array(plate, dtype=object)),
        "model_id": numbers(np.where(model == NONE, NONE, model + 1)),
        "trim": [
            None if m < 0 or c >= 54 else trims[m][c % len(trims[m])] for m, c in zip(model.tolist(),
            chance, strict=True)
        ],
        "model_year": numbers(np.where((model == NONE) & (rng.random(n) < 0.5), NONE, spells.model_year[first])),
        "powertrain": texts(POWERTRAINS, spells.powertrain[first]),
        "use": texts(USES, spells.use[first]),
        "colour": texts(_COLOURS, np.where(rng.random(n) < 0.97, draw(rng, (34, 18, 10, 12, 10, 8, 5, 3), n), -1)),
    })  # fmt: skip


def write_holders(world: World, loader: Loader, people: People, spells: Spells) -> None:
    """Owners, and for a few cars a co-owner (mostly a spouse) or a driver."""
    rng, n = world.rng("holders"), len(spells)
    annual = np.where(rng.random(n) < 0.6, np.round(spells.km_day * 365 * rng.uniform(0.8, 1.2, n) / 1000) * 1000, NONE)
    km = np.where(spells.condition == NEW, 0, spells.km_start)
    km_known = spells.here | (rng.random(n) < 0.3)
    _add_holders(loader, people.ids[spells.who], spells, np.arange(n), {
        "relation": constant("owner", n),
        "bought_as": texts(("new", "used", "certified"), np.where(spells.here | (rng.random(n) < 0.7),
                                                                  spells.condition, -1)),
        "store_id": numbers(np.where(spells.here, spells.store + 1, NONE)),
        "purchase_date": dates(spells.bought),
        "delivery_date": dates(spells.delivered),
        "delivery_km": numbers(np.where(km_known, km, NONE).astype(np.int64)),
        "finance_type": texts(("cash", "loan", "lease"), np.where(spells.here, draw(rng, (0.5, 0.45, 0.05), n), -1)),
        "trade_in_date": dates(np.where(spells.status == TRADED, spells.end, NONE)),
        "annual_km": numbers(annual.astype(np.int64)),
    })  # fmt: skip
    for relation, share in (("co_owner", 0.03), ("driver", 0.06)):
        cars, holders = _others(world, rng, people, spells, relation, share)
        _add_holders(loader, people.ids[holders], spells, cars, {"relation": constant(relation, len(cars))})


def _others(
    world: World, rng: Generator, people: People, spells: Spells, relation: str, share: float
) -> tuple[Ints, Ints]:
    """Cars that have another holder besides the owner, and who that is."""
    alive = (people.until == world.today) & ~people.business
    spare = np.flatnonzero(alive & np.isin(people.category, (RETAIL, PROSPECT)))
    fits = (spells.use == PRIVATE) if relation == "co_owner" else (spells.use != PRIVATE)
    owner_lives = people.until[spells.who] == world.today
    cars = rng.permutation(pick(rng, fits & owner_lives & (spells.status < SOLD), share, world.least))
    holders = rng.permutation(spare)[: len(cars)]
    cars = cars[: len(holders)]
    if relation == "co_owner":
        spouse = people.rows_of((VIP_SPOUSE,))
        family = np.flatnonzero(people.ids[spells.who] == VIP_FAMILY)[:1]
        if len(spouse) and len(family):
            free = (holders != spouse[0]) & (cars != family[0])
            cars, holders = np.append(cars[free], family), np.append(holders[free], spouse)
    return cars, holders


def _add_holders(loader: Loader, customers: Ints, spells: Spells, cars: Ints, more: dict[str, object]) -> None:
    n = len(cars)
    blank = constant(None, n)
    optional = ("bought_as", "store_id", "purchase_date", "delivery_date", "delivery_km", "finance_type",
                "trade_in_date", "annual_km")  # fmt: skip
    loader.add("customer_vehicles", {
        "id": loader.ids("customer_vehicles", n).tolist(),
        "customer_id": customers.tolist(),
        "vehicle_id": spells.vehicle[cars].tolist(),
        "from_date": dates(spells.start[cars]),
        "to_date": dates(spells.end[cars]),
        "status": texts(("active", "sold", "traded"), spells.status[cars]),
        **dict.fromkeys(optional, blank),
        **more,  # type: ignore[dict-item]
    })  # fmt: skip


def write_readings(world: World, loader: Loader, people: People, spells: Spells) -> None:
    """Readings that customers told or inspections took; some typed wrong, some twice on a day."""
    rng = world.rng("readings")
    cars = pick(rng, np.ones(len(spells), dtype=bool), 0.16, 3 * world.least)
    cars = np.repeat(cars, rng.integers(1, 4, len(cars)))
    end = np.where(spells.end[cars] == NONE, people.until[spells.who[cars]], spells.end[cars])
    days = np.minimum(spread(rng, np.maximum(spells.start[cars] + 20, end - 900), end), end)
    km = spells.km(days, cars)
    everywhere = np.ones(len(cars), dtype=bool)
    high, low = picked(rng, everywhere, 0.02, world.least), picked(rng, everywhere, 0.02, world.least)
    km = np.where(high, km * 10 + 7, np.where(low, km // 2, km))
    twice = pick(rng, everywhere, 0.03, world.least)
    vehicle = np.append(spells.vehicle[cars], spells.vehicle[cars][twice])
    days, km = np.append(days, days[twice]), np.append(km, km[twice] + 10 + rng.integers(0, 400, len(twice)))
    loader.add("odometer_readings", {
        "id": loader.ids("odometer_readings", len(days)).tolist(),
        "vehicle_id": vehicle.tolist(),
        "read_on": dates(days),
        "km": km.clip(min=0).tolist(),
        "source": texts(("customer", "inspection", "telematics", "appraisal"), draw(rng, (5, 3, 1.5, 1), len(days))),
    })  # fmt: skip
