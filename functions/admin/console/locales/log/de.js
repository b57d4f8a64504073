// The log in German.

export default {};
