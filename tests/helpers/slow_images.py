"""Images made one hit at a time, from the text of the reference alone; imports nothing of the library.

Events are lists of (x, y, z, charge); images are dictionaries from a pixel, counted from the origin, to a value.
"""

import colorsys
import math

AXES = "xyz"


def pixel(r, axis, ranges, c):
    low, high = ranges[axis]
    count = round(1.25 * c) if axis == "z" else c
    return round((r - low) / (high - low) * count)


def place(hit, event, axes, ranges, c):
    """Pixel of a hit from the first hit of its event."""
    where = [AXES.index(axis) for axis in axes]
    return tuple(pixel(hit[a], AXES[a], ranges, c) - pixel(event[0][a], AXES[a], ranges, c) for a in where)


def pooled(values, how):
    if how == "max":
        return max(values)
    total = 0.0
    for value in values:
        total += value
    return total / len(values)


def collect(pairs):
    groups = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups


def scaled(charge, largest, headroom, log):
    return math.log1p(charge) / math.log1p(headroom * largest) if log else charge / (headroom * largest)


def voxels(event, ranges, c, cube_pool, log, headroom, largest):
    groups = collect((place(hit, event, "xyz", ranges, c), hit[3]) for hit in event)
    return {key: (scaled(pooled(charges, cube_pool), largest, headroom, log),) for key, charges in groups.items()}


def projection(event, ranges, c, axis, cube_pool, projection_pool, log, headroom, largest):
    kept = [a for a in range(3) if AXES[a] != axis]
    cubes = collect((place(hit, event, "xyz", ranges, c), hit[3]) for hit in event)
    # voxels behind one pixel in the order of their place along the dropped axis
    behind = sorted(cubes.items(), key=lambda item: item[0][AXES.index(axis)])
    groups = collect((tuple(key[a] for a in kept), pooled(charges, cube_pool)) for key, charges in behind)
    return {key: (scaled(pooled(values, projection_pool), largest, headroom, log),) for key, values in groups.items()}


def color(
    event, ranges, c, axis, depth_pool, hue_span, lightness_span, saturation, headroom, largest_depth, largest_charge
):
    """{pixel: (hue in degrees, saturation, lightness)}."""
    a = AXES.index(axis)
    lowest = min(hit[a] for hit in event)
    kept = AXES.replace(axis, "")
    groups = collect((place(hit, event, kept, ranges, c), (hit[a] - lowest, hit[3])) for hit in event)
    image = {}
    for key, members in groups.items():
        depth = sum(depth for depth, _ in members)
        if depth_pool == "mean":
            depth /= len(members)
        hue = hue_span * min(1, max(0, depth / largest_depth))
        bright = math.log1p(sum(charge for _, charge in members)) / math.log1p(headroom * largest_charge)
        low, high = lightness_span
        image[key] = (hue, saturation, low + (high - low) * min(1, max(0, bright)))
    return image


def rgb(image):
    return {key: colorsys.hls_to_rgb(h / 360, lightness, s) for key, (h, s, lightness) in image.items()}


def direction(event, axis):
    if len(event) <= 30:
        return 0
    a = AXES.index(axis)
    up = sum(1 for hit in event if hit[a] > event[0][a])
    down = sum(1 for hit in event if hit[a] < event[0][a])
    return (up > down) - (up < down)


def centre(event, axes, ranges, c):
    pixels = []
    for axis in axes:
        a = AXES.index(axis)
        total = weighted = 0.0
        for hit in event:
            total += hit[3]
            weighted += hit[3] * hit[a]
        pixels.append(pixel(weighted / total, axis, ranges, c) - pixel(event[0][a], axis, ranges, c))
    return tuple(pixels)


def end(event, axes, ranges, c):
    """Pixel of the first hit by which 90 % of the charge is seen, from the first hit of its event."""
    total, seen = sum(hit[3] for hit in event), 0.0
    for hit in event:
        seen += hit[3]
        if seen >= 0.9 * total:
            return place(hit, event, axes, ranges, c)
    return None


def origin_in_window(event, axes, shape, placement, margin, mirrored=False):
    """The pixel of the window on which the first hit stands; mirrored: on which the end stands."""
    pixels = []
    for axis, size in zip(axes, shape, strict=True):
        how = placement[axis]
        if how == "direction":
            how = {1: "start", -1: "end", 0: "centre"}[direction(event, axis)]
        if mirrored:
            how = {"start": "end", "end": "start"}.get(how, how)
        pixels.append({"start": margin.get(axis, 0), "end": size - 1 - margin.get(axis, 0), "centre": size // 2}[how])
    return tuple(pixels)


def window(image, shape, origin):
    """{(pixel of the window): value} of an image whose origin stands at `origin` in the window."""
    moved = {tuple(k + o for k, o in zip(key, origin, strict=True)): value for key, value in image.items()}
    return {key: v for key, v in moved.items() if all(0 <= k < size for k, size in zip(key, shape, strict=True))}
