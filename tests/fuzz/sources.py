"""How chains begin: inputs of all kinds, with small sizes, and what is often made of them first."""

from __future__ import annotations

from random import Random

SIZES = (1, 2, 3, 4, 5)
OPEN = ("T", "T", "S", "?", "2*T")


def source(random: Random) -> str:
    """A vector, a sequence, ids, an image or a video; sometimes with a mask at once."""
    kind = random.choice(("vector", "sequence", "sequence", "tokens", "tokens", "image", "video"))
    batch = " batch=2" if random.random() < 0.15 else ""
    features = random.choice(SIZES)
    match kind:
        case "vector":
            return f"in {random.randint(1, 6)}{batch}"
        case "sequence":
            begin = f"in {_steps(random)}x{features}{batch}"
            return f"{begin} -> mask -1.0" if random.random() < 0.2 else begin
        case "tokens":
            axes = random.choice((1, 1, 1, 2))
            begin = f"in {'x'.join(_steps(random) for _ in range(axes))} tokens{batch}"
            if axes == 1 and random.random() < 0.3:
                return f"{begin} -> embed {random.randint(3, 8)} {random.randint(2, 5)} mask"
            return begin
        case "image":
            height, width = (random.choice(("3", "4", "6", "H", "?")) for _ in range(2))
            return f"in {height}x{width}x{random.randint(1, 3)}{batch}"
        case _:
            steps = random.choice(("2", "3", "T"))
            height, width = (random.choice(("2", "3", "4")) for _ in range(2))
            return f"in {steps}x{height}x{width}x{random.randint(1, 2)}{batch}"


def _steps(random: Random) -> str:
    if random.random() < 0.5:
        return random.choice(OPEN)
    return str(random.choice((1, 2, 3, 4, 5, 6, 7, 9)))
