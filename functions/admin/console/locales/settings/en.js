// The settings in English.

export default {};
