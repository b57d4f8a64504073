// The sessions of administrators in English.

export default {};
