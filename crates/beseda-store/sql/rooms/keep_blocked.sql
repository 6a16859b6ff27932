-- Keeps whether one of the two whose room it is has blocked the other.
UPDATE rooms SET blocked = $1, tick = (SELECT tick FROM ticks) WHERE id = $2
