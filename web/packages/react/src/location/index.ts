// Where somebody is, for pages of their own: a card with a map, and the question for how long to share.
export { LocationCard, type LocationCardProps } from "./LocationCard.tsx";
export { locatorHere, watchPosition } from "./locate.ts";
export { DURATIONS } from "./place.ts";
export { ShareLocation, type ShareLocationProps } from "./ShareLocation.tsx";
