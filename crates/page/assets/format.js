// Amounts, counts and shares as text, in the reader's locale. Unknown (null) is a dash, zero is 0.

export const UNKNOWN = "–";
/** The reader's; undefined is the default of where the code runs. */
export const LOCALE = globalThis.navigator?.language;

const dollars = new Intl.NumberFormat(LOCALE, { style: "currency", currency: "USD", currencyDisplay: "narrowSymbol" });
const shortDollars = new Intl.NumberFormat(LOCALE, {
  style: "currency", currency: "USD", currencyDisplay: "narrowSymbol",
  notation: "compact", maximumSignificantDigits: 2,
});
const twoDecimals = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const signedTwoDecimals = new Intl.NumberFormat(LOCALE, {
  minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: "always",
});
const wholeNumber = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const shortNumber = new Intl.NumberFormat(LOCALE, { notation: "compact", maximumSignificantDigits: 4 });
const oneDecimal = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });

const known = (value) => value !== null && value !== undefined;
const orDash = (format) => (value) => (known(value) ? format(value) : UNKNOWN);

/** Dollars with cents, "$136.26". */
export const money = orDash((value) => dollars.format(value));
/** Dollars for an axis, "$1.2K": two digits, enough for round ticks and for nothing else. */
export const shortMoney = orDash((value) => shortDollars.format(value));
/** Dollars for a voice, "136.26 dollars". */
export const spokenMoney = orDash((value) => `${twoDecimals.format(value)} dollars`);
/** A difference for a voice, "+34.00 dollars". */
export const spokenDifference = (value) => `${signedTwoDecimals.format(value)} dollars`;
export const count = orDash((value) => wholeNumber.format(value));
/** A number for an axis, "7,574" or "1.25M". */
export const shortCount = orDash((value) => (value < 100_000 ? wholeNumber : shortNumber).format(value));
/** A number with at most one decimal, "12.5". */
export const decimal = orDash((value) => oneDecimal.format(value));
export const ratio = orDash((value) => twoDecimals.format(value));
/** A percentage with at most one decimal, "12.5 %". */
export const percent = orDash((value) => `${oneDecimal.format(value)} %`);

/** Dollars as whole cents, so that sums and differences in the page stay exact. */
export const cents = (value) => Math.round(value * 100);

/** "1 sale", "2 sales". */
export const counted = (number, singular, plural = `${singular}s`) =>
  `${count(number)} ${number === 1 ? singular : plural}`;
