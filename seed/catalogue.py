"""What the group sells and does: models with schedules, workshop jobs, parts and accessories. Prices in ₫ of today."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Model:
    """A model as sold from year `first` to `last`; `powertrains` with their shares."""

    make: str
    name: str
    body: str
    segment: str
    price: int
    weight: float
    first: int
    last: int
    powertrains: tuple[tuple[str, float], ...]
    trims: tuple[str, ...]


_MAZDA, _KIA = ("Deluxe", "Luxury", "Premium", "Signature"), ("MT", "AT", "Deluxe", "Luxury", "Premium")
_FORD, _VF = ("XLS", "XLT", "Titanium", "Wildtrak", "Sport"), ("Base", "Eco", "Plus")
_FOREIGN = ("E", "G", "V")
_P, _D, _E = (("petrol", 1.0),), (("diesel", 1.0),), (("electric", 1.0),)

MODELS = (
    Model("Mazda", "CX-5", "suv", "C", 829_000_000, 3.0, 2012, 2100, _P, _MAZDA),
    Model("Mazda", "Mazda3", "sedan", "C", 669_000_000, 2.4, 2014, 2100, _P, _MAZDA),
    Model("Mazda", "Mazda2", "hatchback", "B", 498_000_000, 1.4, 2014, 2100, _P, _MAZDA),
    Model("Mazda", "CX-8", "suv", "D", 1_009_000_000, 1.0, 2019, 2100, _P, _MAZDA),
    Model("Mazda", "BT-50", "pickup", "D", 614_000_000, 0.5, 2012, 2100, _D, _MAZDA),
    Model("Kia", "Morning", "hatchback", "A", 439_000_000, 1.8, 2011, 2100, _P, _KIA),
    Model("Kia", "Cerato", "sedan", "C", 599_000_000, 1.8, 2013, 2021, _P, _KIA),
    Model("Kia", "K3", "sedan", "C", 629_000_000, 1.8, 2021, 2100, _P, _KIA),
    Model("Kia", "Seltos", "suv", "B", 649_000_000, 2.4, 2020, 2100, _P, _KIA),
    Model("Kia", "Sorento", "suv", "D", 1_069_000_000, 1.3, 2014, 2100,
          (("diesel", 0.5), ("petrol", 0.3), ("hybrid", 0.2)), _KIA),
    Model("Kia", "Carnival", "mpv", "D", 1_339_000_000, 1.0, 2015, 2100, (("diesel", 0.8), ("hybrid", 0.2)), _KIA),
    Model("Ford", "Ranger", "pickup", "D", 776_000_000, 3.0, 2012, 2100, _D, _FORD),
    Model("Ford", "Everest", "suv", "D", 1_178_000_000, 2.0, 2015, 2100, _D, _FORD),
    Model("Ford", "EcoSport", "suv", "B", 603_000_000, 1.6, 2014, 2022, _P, _FORD),
    Model("Ford", "Territory", "suv", "C", 849_000_000, 1.6, 2022, 2100, (("petrol", 0.9), ("hybrid", 0.1)), _FORD),
    Model("VinFast", "Fadil", "hatchback", "A", 425_000_000, 2.4, 2019, 2022, _P, _VF),
    Model("VinFast", "Lux A2.0", "sedan", "D", 981_000_000, 1.0, 2019, 2022, _P, _VF),
    Model("VinFast", "Lux SA2.0", "suv", "D", 1_290_000_000, 0.9, 2019, 2022, _P, _VF),
    Model("VinFast", "VF e34", "suv", "C", 710_000_000, 1.5, 2021, 2100, _E, _VF),
    Model("VinFast", "VF 3", "hatchback", "A", 299_000_000, 2.2, 2024, 2100, _E, _VF),
    Model("VinFast", "VF 5", "hatchback", "A", 529_000_000, 2.4, 2023, 2100, _E, _VF),
    Model("VinFast", "VF 8", "suv", "D", 1_019_000_000, 1.4, 2022, 2100, _E, _VF),
    Model("Toyota", "Vios", "sedan", "B", 479_000_000, 2.0, 2010, 2100, _P, _FOREIGN),
    Model("Toyota", "Innova", "mpv", "C", 755_000_000, 1.2, 2010, 2100, (("petrol", 0.9), ("hybrid", 0.1)), _FOREIGN),
    Model("Hyundai", "Accent", "sedan", "B", 489_000_000, 1.6, 2012, 2100, _P, ("MT", "AT", "AT đặc biệt")),
    Model("Hyundai", "SantaFe", "suv", "D", 1_069_000_000, 0.8, 2012, 2100,
          (("diesel", 0.6), ("petrol", 0.4)), ("Xăng", "Dầu", "Đặc biệt")),
    Model("Mitsubishi", "Xpander", "mpv", "B", 598_000_000, 1.6, 2018, 2100, _P, ("MT", "AT", "Premium")),
)  # fmt: skip

Interval = tuple[int | None, int | None, int | None, int | None]  # first km, first months, every km, every months

_DEFAULT: Interval = (1_000, 1, 10_000, 6)
_BY_MAKE: dict[str, Interval] = {
    "Mazda": (1_000, 1, 10_000, 6), "Kia": (1_500, 2, 7_500, 6), "Ford": (1_000, 1, 10_000, 12),
    "VinFast": (None, 6, 12_000, 12), "Toyota": (5_000, 6, 10_000, 6), "Hyundai": (5_000, 6, 10_000, 6),
}  # fmt: skip
NO_SCHEDULE_MODELS = ("Xpander", "BT-50")
MONTHS_ONLY_MODEL, KM_ONLY_MODEL = "VF 3", "Lux SA2.0"


def schedule(model: Model, powertrain: str, use: str) -> Interval | None:
    """The maker's intervals; none where the group has none on file."""
    if model.name in NO_SCHEDULE_MODELS or (use == "rental" and powertrain == "hybrid"):
        return None
    first_km, first_months, km, months = _BY_MAKE.get(model.make, _DEFAULT)
    if powertrain == "petrol" and model.make == "VinFast":
        first_km, first_months, km, months = 5_000, 6, 7_500, 6
    if use in ("taxi", "rental"):  # worn harder: half the distance, half the time
        km, months = (None if km is None else km // 2 if use == "rental" else km), (months or 6) // 2
    if model.name == MONTHS_ONLY_MODEL:
        first_km, km = None, None
    if model.name == KM_ONLY_MODEL:
        first_months, months = None, None
    return first_km, first_months, km, months


@dataclass(frozen=True)
class Operation:
    """A workshop job: `labour` in ₫, `part` the product it takes `quantity` of."""

    code: str
    name: str
    name_vi: str
    kind: str
    labour: int
    part: str | None = None
    quantity: int = 1


OPERATIONS = (
    Operation("MNT-01K", "First check 1,000 km", "Kiểm tra lần đầu 1.000 km", "maintenance", 0),
    Operation("MNT-05K", "Minor service", "Bảo dưỡng cấp nhỏ", "maintenance", 350_000, "Engine oil 5W-30, 4 l"),
    Operation("MNT-10K", "Service 10,000 km", "Bảo dưỡng 10.000 km", "maintenance", 550_000, "Engine oil 5W-30, 4 l"),
    Operation("MNT-20K", "Service 20,000 km", "Bảo dưỡng 20.000 km", "maintenance", 950_000, "Engine oil 0W-20, 4 l"),
    Operation("MNT-40K", "Major service 40,000 km", "Bảo dưỡng lớn 40.000 km", "maintenance", 2_400_000,
              "Major service kit"),
    Operation("MNT-EV", "Electric vehicle service", "Bảo dưỡng xe điện", "maintenance", 650_000, "Cabin air filter"),
    Operation("MNT-OIL", "Oil and filter change", "Thay dầu và lọc dầu", "maintenance", 200_000,
              "Engine oil 5W-30, 4 l"),
    Operation("REP-BRK", "Brake pads replaced", "Thay má phanh", "repair", 450_000, "Brake pads, front"),
    Operation("REP-AC", "Air conditioning service", "Vệ sinh, nạp ga điều hòa", "repair", 650_000, "AC refrigerant"),
    Operation("REP-BAT", "Battery replaced", "Thay ắc quy", "repair", 150_000, "Battery 12 V 60 Ah"),
    Operation("REP-SUS", "Suspension repair", "Sửa hệ thống treo", "repair", 1_200_000, "Shock absorber"),
    Operation("REP-ENG", "Engine diagnosis and repair", "Chẩn đoán, sửa động cơ", "repair", 1_800_000, "Ignition coil"),
    Operation("REP-ELE", "Electrical repair", "Sửa điện", "repair", 700_000),
    Operation("REP-WIP", "Wiper blades replaced", "Thay gạt mưa", "repair", 50_000, "Wiper blades"),
    Operation("TYR-NEW", "Tyres replaced", "Thay lốp", "tyre", 200_000, "Tyre 225/55R18", 4),
    Operation("TYR-ROT", "Tyre rotation and balancing", "Đảo lốp, cân bằng động", "tyre", 350_000),
    Operation("TYR-ALI", "Wheel alignment", "Cân chỉnh thước lái", "tyre", 600_000),
    Operation("BOD-PNT", "Panel painted", "Sơn một chi tiết", "body", 1_500_000),
    Operation("BOD-DNT", "Dent removed", "Gò nắn vết móp", "body", 900_000),
    Operation("BOD-GLS", "Windscreen replaced", "Thay kính chắn gió", "body", 800_000, "Windscreen"),
    Operation("ACC-FRT", "Accident repair, front", "Sửa chữa tai nạn phần đầu", "accident", 9_500_000, "Front bumper"),
    Operation("ACC-REA", "Accident repair, rear", "Sửa chữa tai nạn phần đuôi", "accident", 6_500_000, "Rear bumper"),
    Operation("WAR-ELE", "Warranty: electronics", "Bảo hành: điện tử", "warranty", 0),
    Operation("WAR-MEC", "Warranty: mechanical part", "Bảo hành: cơ khí", "warranty", 0),
)  # fmt: skip
OPERATION = {operation.code: place for place, operation in enumerate(OPERATIONS)}


@dataclass(frozen=True)
class Ware:
    """A product that is no vehicle."""

    name: str
    category: str
    brand: str | None
    price: int


LABOUR = "Workshop labour"
WARES = (
    Ware(LABOUR, "labour", None, 500_000),
    Ware("Engine oil 5W-30, 4 l", "oil", "Castrol", 720_000),
    Ware("Engine oil 0W-20, 4 l", "oil", "Mobil", 980_000),
    Ware("Major service kit", "filters", "Bosch", 2_900_000),
    Ware("Cabin air filter", "filters", "Bosch", 420_000),
    Ware("Brake pads, front", "brakes", "Brembo", 1_650_000),
    Ware("AC refrigerant", "air conditioning", "Denso", 550_000),
    Ware("Battery 12 V 60 Ah", "battery", "GS", 1_850_000),
    Ware("Shock absorber", "suspension", "KYB", 2_300_000),
    Ware("Ignition coil", "engine", "Denso", 1_250_000),
    Ware("Wiper blades", "wipers", "Bosch", 380_000),
    Ware("Tyre 225/55R18", "tyres", "Michelin", 3_450_000),
    Ware("Tyre 185/60R15", "tyres", "Bridgestone", 1_750_000),
    Ware("Windscreen", "glass", "AGC", 5_400_000),
    Ware("Front bumper", "body parts", None, 4_800_000),
    Ware("Rear bumper", "body parts", None, 4_200_000),
    Ware("Spark plugs, set", "engine", "NGK", 880_000),
    Ware("Window film, full car", "film", "3M", 8_900_000),
    Ware("Window film, windscreen", "film", "Llumar", 3_600_000),
    Ware("Floor mats 6D", "mats", "KATA", 1_900_000),
    Ware("Rubber mats", "mats", "WeatherTech", 3_200_000),
    Ware("Dash cam 4K", "dash cams", "70mai", 3_990_000),
    Ware("Dash cam front and rear", "dash cams", "Vietmap", 5_490_000),
    Ware("Android screen 10 inch", "electronics", "Zestech", 9_800_000),
    Ware("Reversing camera", "electronics", "Zestech", 2_100_000),
    Ware("Tyre pressure sensors", "electronics", "Steelmate", 2_450_000),
    Ware("Ceramic coating", "car care", "3M", 6_500_000),
    Ware("Car care set", "car care", "Sonax", 890_000),
    Ware("Roof rack", "exterior", "Thule", 7_200_000),
    Ware("Child seat", "interior", "Joie", 4_350_000),
    Ware("Wall charger 7.4 kW", "charging", "VinFast", 9_900_000),
)  # fmt: skip
WARE = {ware.name: place for place, ware in enumerate(WARES)}
PART_CATEGORIES = frozenset(
    ("oil", "filters", "brakes", "battery", "tyres", "wipers", "engine", "suspension", "air conditioning")
)
ACCESSORY_CATEGORIES = frozenset(
    ("film", "mats", "dash cams", "electronics", "car care", "exterior", "interior", "charging")
)
