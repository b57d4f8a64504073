// The settings in German.

export default {};
