// The log in English.

export default {};
